#include "apps/prosa/instance_ledger.hpp"

#include <fmt/format.h>

#include <array>
#include <numeric>
#include <utility>

namespace prosa {
namespace {

template <typename Name>
std::uint64_t count_of(const typename CounterBlock<Name>::Values& counts, Name name) noexcept {
    return counts[static_cast<std::size_t>(name)];
}

// The sum of a row's counters from the one for ServiceError::none on: one per code.
template <typename Name>
std::uint64_t sum_of_codes(const typename CounterBlock<Name>::Values& counts, Name none) noexcept {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(none);
    return std::accumulate(first, first + service_error_count, std::uint64_t{0});
}

void check_requesters(const InstanceLedger& ledger, std::vector<std::string>& found) {
    for (const RequesterRow& row : ledger.requesters) {
        const std::uint64_t accepted = count_of(row.counts, CallerCounter::accepted);
        const std::uint64_t abandoned = count_of(row.counts, CallerCounter::abandoned);
        if (accepted != row.outcomes() + abandoned)
            found.push_back(
                fmt::format("requester {}: {} requests accepted, but {} outcomes and {} abandoned", row.queue,
                            accepted, row.outcomes(), abandoned));
    }
}

void check_providers(const InstanceLedger& ledger, std::vector<std::string>& found) {
    for (const ProviderRow& row : ledger.providers) {
        const std::uint64_t received = count_of(row.counts, CalleeCounter::received);
        if (received != row.answers())
            found.push_back(fmt::format("provider {}: {} requests received, but {} answered", row.queue,
                                        received, row.answers()));
    }
}

// A request that nobody had taken when the instance stopped is completed by its requester's side alone; those that had
// timed out before that still lie in a ring.
void check_transfer(const InstanceLedger& ledger, std::vector<std::string>& found) {
    const std::uint64_t accepted = ledger.total(CallerCounter::accepted);
    const std::uint64_t arrived = ledger.total(CalleeCounter::received) + ledger.unreachable;
    const std::uint64_t stopped = ledger.total(CallerCounter::outcome_shutting_down);
    if (arrived > accepted || accepted - arrived > stopped + ledger.unread)
        found.push_back(fmt::format(
            "requesters had {} requests accepted, but providers received {} and {} ended as "
            "unreachable ({} were ended by the stop, {} were never taken)",
            accepted, ledger.total(CalleeCounter::received), ledger.unreachable, stopped, ledger.unread));
}

// An answer reaches its requester as the outcome, or too late, or after the requester's incarnation ended.
void check_answers(const InstanceLedger& ledger, std::vector<std::string>& found) {
    constexpr std::array pairs = {
        std::pair{CallerCounter::outcome_none, CalleeCounter::answered_none},
        std::pair{CallerCounter::outcome_protocol, CalleeCounter::answered_protocol},
        std::pair{CallerCounter::outcome_dropped, CalleeCounter::answered_dropped},
    };
    const std::uint64_t unmatched =
        ledger.total(CallerCounter::late) + ledger.total(CallerCounter::abandoned) +
        ledger.total(CallerCounter::outcome_shutting_down) + ledger.duplicate + ledger.unsent;
    for (const auto& [outcome, answer] : pairs) {
        const std::uint64_t seen = ledger.total(outcome);
        const std::uint64_t given = ledger.total(answer);
        if (seen > given || given - seen > unmatched)
            found.push_back(
                fmt::format("providers gave {} answers with the code {}, but requesters saw {} ({} came late "
                            "or to nobody)",
                            given,
                            name_of(static_cast<ServiceError>(static_cast<int>(outcome) -
                                                              static_cast<int>(CallerCounter::outcome_none))),
                            seen, unmatched));
    }
}

void check_sources(const InstanceLedger& ledger, std::vector<std::string>& found) {
    const std::uint64_t abandoned = ledger.total(CallerCounter::abandoned);
    for (const SourceRow& row : ledger.sources) {
        const std::uint64_t sent = count_of(row.counts, LoadCounter::sent);
        if (row.outcomes() > sent || sent - row.outcomes() > abandoned)
            found.push_back(
                fmt::format("source {}: {} requests sent, but {} outcomes", row.name, sent, row.outcomes()));
    }
}

void add_queues(const ProcessorReport& processor, InstanceLedger& ledger) {
    for (const QueueReport& queue : processor.queues) {
        const std::string name = processor.queues.size() == 1
                                     ? processor.name
                                     : fmt::format("{}/{}", processor.name, value_of(queue.queue));
        if (count_of(queue.caller, CallerCounter::accepted) > 0 ||
            count_of(queue.caller, CallerCounter::refused_unreachable) > 0)
            ledger.requesters.push_back({name, queue.caller});
        if (count_of(queue.callee, CalleeCounter::received) > 0)
            ledger.providers.push_back({name, queue.callee});
    }
}

}  // namespace

std::uint64_t RequesterRow::outcomes() const noexcept {
    return sum_of_codes(counts, CallerCounter::outcome_none);
}
std::uint64_t ProviderRow::answers() const noexcept {
    return sum_of_codes(counts, CalleeCounter::answered_none);
}
std::uint64_t SourceRow::outcomes() const noexcept { return sum_of_codes(counts, LoadCounter::outcome_none); }

std::uint64_t InstanceLedger::total(CallerCounter counter) const noexcept {
    std::uint64_t sum = 0;
    for (const RequesterRow& row : requesters) sum += count_of(row.counts, counter);
    return sum;
}

std::uint64_t InstanceLedger::total(CalleeCounter counter) const noexcept {
    std::uint64_t sum = 0;
    for (const ProviderRow& row : providers) sum += count_of(row.counts, counter);
    return sum;
}

std::vector<std::string> InstanceLedger::disagreements() const {
    std::vector<std::string> found;
    check_requesters(*this, found);
    check_providers(*this, found);
    check_transfer(*this, found);
    check_answers(*this, found);
    check_sources(*this, found);
    return found;
}

InstanceLedger make_ledger(const InstanceReport& report, const LoadBoard& board) {
    InstanceLedger ledger;
    for (const ProcessorReport& processor : report.processors) add_queues(processor, ledger);
    for (const ProcessorReport& processor : report.removed) add_queues(processor, ledger);
    for (const ReactorReport& reactor : report.reactors) {
        ledger.unreachable += reactor.unreachable;
        ledger.duplicate += reactor.duplicate;
        ledger.unread += reactor.queue_depth;
        ledger.unsent += reactor.outbox;
    }
    for (const auto& source : board.sources())
        ledger.sources.push_back({source->name, source->counters.values()});
    return ledger;
}

}  // namespace prosa
