#include "test/simulation/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/reactor/timer_wheel.hpp"

namespace prosa::simulation {
namespace {

// One turn ends what is due, unless that are more nodes of the timer wheel than it touches in a turn: then the next
// ones do. At most 200 requests, which are moved once for each of the wheel's 9 levels.
constexpr std::size_t turns_to_expire = 8;

// What stands behind number and checksum, a word at a time.
std::uint64_t next_word(std::uint64_t word) noexcept {
    return word * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
}

std::uint64_t first_word(std::uint64_t number, std::size_t bytes) noexcept {
    return next_word(number * 0x2545'F491'4F6C'DD1DULL + bytes);
}

std::uint64_t number_of(std::span<const std::byte> body) noexcept {
    std::uint64_t number = 0;
    std::memcpy(&number, body.data(), sizeof number);
    return number;
}

// The filling is known from number and size, so each byte of it is compared.
bool is_intact(std::span<const std::byte> body) noexcept {
    if (body.size() < body_bytes_min) return false;
    std::uint64_t size = 0;
    std::memcpy(&size, body.data() + 8, sizeof size);
    if (size != body.size()) return false;
    std::uint64_t word = first_word(number_of(body), body.size());
    for (std::size_t at = body_bytes_min; at < body.size(); at += sizeof word, word = next_word(word))
        if (std::memcmp(body.data() + at, &word, std::min(sizeof word, body.size() - at)) != 0) return false;
    return true;
}

}  // namespace

bool write_body(BodyBuffer& buffer, std::uint32_t bytes, std::uint64_t number) {
    if (!buffer.reserve(bytes)) return false;
    const std::uint64_t size = bytes;
    std::memcpy(buffer.data, &number, sizeof number);
    std::memcpy(buffer.data + 8, &size, sizeof size);
    std::uint64_t word = first_word(number, bytes);
    for (std::size_t at = body_bytes_min; at < bytes; at += sizeof word, word = next_word(word))
        std::memcpy(buffer.data + at, &word, std::min(sizeof word, bytes - at));
    buffer.size_bytes = bytes;
    return true;
}

void Ledger::fault_at(std::uint64_t number, const char* what) {
    fault(fmt::format("request {}: {}", number, what));
}

Party Ledger::add_party(Thread thread) {
    open_of_.emplace_back();
    thread_of_.push_back(thread);
    gone_.push_back(false);
    if (deadlines_of_.size() <= thread) deadlines_of_.resize(thread + 1);
    return static_cast<Party>(open_of_.size() - 1);
}

std::uint64_t Ledger::next_number() {
    requests_.emplace_back();
    return requests_.size() - 1;
}

void Ledger::accept(Party party, const Accepted& request) {
    log_.add(Event::send, party, request.number, request.body_bytes);
    Entry& entry = requests_[request.number];
    entry.state = State::in_flight;
    entry.party = party;
    entry.id = request.id;
    entry.correlation = request.correlation;
    if (request.id != 0) note_new_id(request.number, request.id);
    entry.sent_ns = request.now_ns;
    entry.deadline_ns = request.now_ns + request.timeout_ns;
    entry.is_routed = request.is_routed;
    entry.is_to_extra = request.is_to_extra;
    queued_for_extra_ += request.is_to_extra ? 1 : 0;
    entry.place = static_cast<std::uint32_t>(open_of_[party].size());
    open_of_[party].push_back(request.number);
    deadlines_of_[thread_of_[party]].emplace(entry.deadline_ns, request.number);
    ++accepted_;
    ++in_flight_;
}

void Ledger::refuse(Party party, std::uint64_t number, ServiceError error) {
    log_.add(Event::refusal, party, number, static_cast<std::uint64_t>(error));
}

void Ledger::close(Entry& entry, State state) {
    entry.state = state;
    if (std::exchange(entry.is_to_extra, false)) --queued_for_extra_;
    auto& open = open_of_[entry.party];
    open[entry.place] = open.back();
    requests_[open[entry.place]].place = entry.place;
    open.pop_back();
    --in_flight_;
}

void Ledger::end(Party party, std::uint64_t number, const Outcome& outcome, Nanos now_ns) {
    log_.add(Event::outcome, number, static_cast<std::uint64_t>(outcome.error), outcome.body.size());
    if (number >= requests_.size()) return fault_at(number, "an outcome of a request that never was");
    Entry& entry = requests_[number];
    if (entry.state == State::open) return fault_at(number, "an outcome of a request that was not accepted");
    if (entry.state == State::ended) return fault_at(number, "a second outcome");
    if (entry.state == State::abandoned) return fault_at(number, "an outcome after its incarnation ended");
    if (entry.party != party) return fault_at(number, "its outcome came to another party");
    check_id(number, entry, outcome.id);
    check_outcome(number, entry, outcome, now_ns);
    close(entry, State::ended);
    const auto code = static_cast<std::size_t>(outcome.error);
    ++ended_[code];
    reached_.add(static_cast<Branch>(static_cast<std::size_t>(Branch::outcome_none) + code));
    if (!entry.router || !entry.is_answered || entry.answered != outcome.error) return;
    reached_.add(outcome.ok() ? Branch::router_passed_answer : Branch::router_passed_error);
}

void Ledger::check_outcome(std::uint64_t number, const Entry& entry, const Outcome& outcome, Nanos now_ns) {
    if (outcome.sent_ns != entry.sent_ns || outcome.latency_ns != now_ns - entry.sent_ns)
        fault_at(number, "its times are not those of its sending and its outcome");
    if (outcome.error == ServiceError::none) return check_response(number, entry, outcome);
    if (!outcome.body.empty()) fault_at(number, "an error with a body that nobody wrote");
    if (outcome.error == ServiceError::timeout && now_ns < entry.deadline_ns)
        fault_at(number, "a timeout before its deadline");
    if (outcome.error == ServiceError::timeout && entry.is_answered && had_time(entry))
        fault_at(number, "a timeout, and its answer could have been taken before");
    if (outcome.error == ServiceError::shutting_down && !may_all_shut_down_ && leaving_ != entry.party)
        fault_at(number, "it ended by a stop, and nothing stops");
    if (outcome.error == ServiceError::timeout || outcome.error == ServiceError::shutting_down) return;
    if (!(entry.is_routed ? is_due_behind_router(entry, outcome.error) : is_due(entry, outcome.error)))
        fault_at(number, "another error than what happened to it");
}

// In the stop a reactor ends, and its outboxes with it.
bool Ledger::had_time(const Entry& entry) const {
    const Thread requester = thread_of_[entry.party];
    Given given = entry.given;
    if (entry.router) {
        // The router takes it at this moment, unless the deadline came before; what it passes back was kept.
        const auto passed_at = taken_at(turns_, bus_, given, *entry.router);
        if (!passed_at || turns_.time_of(*entry.router, *passed_at) >= entry.deadline_ns) return false;
        given = {*entry.router, *passed_at, true};
    }
    if (given.was_kept && may_all_shut_down_) return false;
    return taken_at(turns_, bus_, given, requester).has_value();
}

// What a handler answered stands, unless it came too late. Without an answer the bus says why: `dropped` when a
// handler had the request, `unreachable` when none ever will.
bool Ledger::is_due(const Entry& entry, ServiceError error) {
    if (entry.is_answered) return error == entry.answered;
    return error == (entry.has_arrived ? ServiceError::dropped : ServiceError::unreachable);
}

// A router adds reasons of its own: its incarnation ended, it cannot pass on what it got, or has no block for the
// answer.
bool Ledger::is_due_behind_router(const Entry& entry, ServiceError error) {
    if (entry.is_answered && error == entry.answered) return true;
    if (entry.is_answered && error == ServiceError::overloaded) return entry.answered == ServiceError::none;
    if (entry.is_answered) return error == ServiceError::dropped && entry.has_lost_router;
    if (entry.has_arrived) return error == ServiceError::dropped;
    return error != ServiceError::protocol;
}

void Ledger::lose_router(std::uint64_t incarnation) {
    for (const std::vector<std::uint64_t>& open : open_of_)
        for (const std::uint64_t number : open) {
            Entry& entry = requests_[number];
            if (entry.router && entry.router_incarnation == incarnation) entry.has_lost_router = true;
        }
}

void Ledger::check_response(std::uint64_t number, const Entry& entry, const Outcome& outcome) {
    if (!entry.is_answered || entry.answered != ServiceError::none)
        return fault_at(number, "a response that no handler wrote");
    if (outcome.body.size() != entry.answer_bytes)
        return fault_at(number, "a response of another size than was written");
    if (!is_intact(outcome.body)) return fault_at(number, "a response with a changed body");
    if (number_of(outcome.body) != number) fault_at(number, "the response to another request");
}

void Ledger::abandon(std::uint64_t number) {
    Entry& entry = requests_[number];
    if (entry.state != State::in_flight) return;
    log_.add(Event::abandon, entry.party, number);
    close(entry, State::abandoned);
    ++abandoned_;
    reached_.add(Branch::abandoned);
}

void Ledger::abandon_all(Party party) {
    while (!open_of_[party].empty()) abandon(open_of_[party].back());
}

void Ledger::note_new_id(std::uint64_t number, RequestId id) {
    if (!ids_.insert(id).second) fault_at(number, "its id was given to another request");
}

// That of a call is seen first when it arrives, or ends.
void Ledger::check_id(std::uint64_t number, Entry& entry, RequestId id) {
    if (entry.id == 0)
        note_new_id(number, entry.id = id);
    else if (entry.id != id)
        fault_at(number, "another id than its requester got");
}

// A router sends a request of its own, with the correlation of the one it got.
void Ledger::check_ids(std::uint64_t number, Entry& entry, const Arrival& arrival) {
    if (entry.router)
        note_new_id(number, arrival.id);
    else
        check_id(number, entry, arrival.id);
    if (arrival.correlation != (entry.correlation != 0 ? entry.correlation : entry.id))
        fault_at(number, "another correlation than its requester gave");
}

std::optional<std::uint64_t> Ledger::arrive(const Arrival& arrival, Nanos now_ns) {
    if (!is_intact(arrival.body)) {
        fault("a request with a changed body");
        return std::nullopt;
    }
    const std::uint64_t number = number_of(arrival.body);
    log_.add(Event::arrival, number, static_cast<std::uint64_t>(arrival.deadline_ns),
             static_cast<std::uint64_t>(now_ns));
    if (number >= requests_.size() || requests_[number].state == State::open) {
        fault_at(number, "it arrived and was not accepted");
        return std::nullopt;
    }
    Entry& entry = requests_[number];
    if (std::exchange(entry.is_to_extra, false)) --queued_for_extra_;
    if (std::exchange(entry.has_arrived, true)) fault_at(number, "it arrived twice");
    if (arrival.deadline_ns < now_ns) fault_at(number, "work was begun after its deadline");
    if (arrival.deadline_ns != entry.deadline_ns)
        fault_at(number, "another deadline than its requester gave");
    check_ids(number, entry, arrival);
    return number;
}

void Ledger::answer(std::uint64_t number, ServiceError error, std::uint32_t body_bytes, Nanos now_ns,
                    bool was_kept) {
    log_.add(Event::answer, number, static_cast<std::uint64_t>(error), body_bytes);
    Entry& entry = requests_[number];
    if (std::exchange(entry.is_answered, true)) fault_at(number, "a second answer was taken");
    entry.answered = error;
    entry.given = {turns_.running(), turns_.now(), was_kept};
    entry.answer_bytes = body_bytes;
    if (now_ns > entry.deadline_ns) reached_.add(Branch::answered_late);
    if (gone_[entry.party] && !entry.router) reached_.add(Branch::answered_nobody);
}

void Ledger::end_turn(Thread thread) {
    if (deadlines_of_.size() <= thread) return;
    Deadlines& deadlines = deadlines_of_[thread];
    const Nanos turned_ns = turns_.began_ns(thread, turns_to_expire);
    while (!deadlines.empty() && deadlines.top().first + TimerWheel::tick_ns <= turned_ns) {
        const std::uint64_t number = deadlines.top().second;
        if (!has_ended(number)) fault_at(number, "it has no outcome though its deadline is over");
        deadlines.pop();
    }
}

}  // namespace prosa::simulation
