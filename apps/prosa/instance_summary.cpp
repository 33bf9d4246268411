#include "apps/prosa/instance_summary.hpp"

#include <fmt/format.h>

#include <array>

#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/load_totals.hpp"
#include "apps/prosa/text_table.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

constexpr std::array<double, 6> summary_percentiles = {50, 90, 99, 99.9, 99.99, 100};

std::string number(std::uint64_t count) { return fmt::format("{}", count); }

// `responses` and the name of each error code, as column heads.
void append_code_names(std::vector<std::string>& header) {
    header.emplace_back("responses");
    for (std::size_t code = 1; code < service_error_count; ++code)
        header.emplace_back(name_of(static_cast<ServiceError>(code)));
}

template <typename Values, typename Name>
void append_codes(std::vector<std::string>& row, const Values& counts, Name none) {
    for (std::size_t code = 0; code < service_error_count; ++code)
        row.push_back(number(counts[static_cast<std::size_t>(none) + code]));
}

std::string sources_text(const InstanceLedger& ledger) {
    if (ledger.sources.empty()) return "";
    TextTable table(
        {"Sources", "intended", "sent", "refused", "unsent", "late", "responses", "failed", "broken lines"});
    for (const SourceRow& row : ledger.sources) {
        LoadTotals totals;
        totals.counts = row.counts;
        const std::uint64_t refused =
            totals[LoadCounter::refused_unreachable] + totals[LoadCounter::refused_overloaded];
        table.add_row(row.name, totals[LoadCounter::intended], totals[LoadCounter::sent], refused,
                      totals[LoadCounter::unsent], totals[LoadCounter::late],
                      totals[LoadCounter::outcome_none], totals.failed(), totals[LoadCounter::broken_lines]);
    }
    return table.text() + "\n";
}

std::string requesters_text(const InstanceLedger& ledger) {
    std::vector<std::string> header{"Requesters", "accepted"};
    append_code_names(header);
    header.emplace_back("abandoned");
    TextTable table(std::move(header));
    for (const RequesterRow& row : ledger.requesters) {
        std::vector<std::string> cells{row.queue,
                                       number(row.counts[static_cast<std::size_t>(CallerCounter::accepted)])};
        append_codes(cells, row.counts, CallerCounter::outcome_none);
        cells.push_back(number(row.counts[static_cast<std::size_t>(CallerCounter::abandoned)]));
        table.add(std::move(cells));
    }
    return table.empty() ? "" : table.text() + "\n";
}

std::string providers_text(const InstanceLedger& ledger) {
    std::vector<std::string> header{"Providers", "received"};
    append_code_names(header);
    TextTable table(std::move(header));
    for (const ProviderRow& row : ledger.providers) {
        std::vector<std::string> cells{row.queue,
                                       number(row.counts[static_cast<std::size_t>(CalleeCounter::received)])};
        append_codes(cells, row.counts, CalleeCounter::answered_none);
        table.add(std::move(cells));
    }
    return table.empty() ? "" : table.text() + "\n";
}

std::string agreement_text(const InstanceLedger& ledger) {
    const auto disagreements = ledger.disagreements();
    std::string text = fmt::format(
        "  Requesters had {} requests accepted; providers received {}, {} ended as unreachable on the way.\n",
        ledger.total(CallerCounter::accepted), ledger.total(CalleeCounter::received), ledger.unreachable);
    text += fmt::format("  Replies after the outcome: {} late, {} to nobody.\n",
                        ledger.total(CallerCounter::late), ledger.duplicate);
    if (disagreements.empty())
        return text + "  Requesters and providers agree: each request has one outcome.\n";
    for (const std::string& disagreement : disagreements) text += "  DISAGREEMENT: " + disagreement + "\n";
    return text;
}

std::string latency_text(const LoadBoard& board) {
    if (board.sources().empty()) return "";
    const HdrHistogram response_time = total_response_time(board);
    const HdrHistogram service_time = total_service_time(board);
    return "\n" +
           latency_table("Latency of responses", summary_percentiles,
                         {{"from the intended time", &response_time}, {"from the real send", &service_time}});
}

std::string restarts_text(const InstanceReport& report) {
    std::string text;
    for (const ProcessorReport& processor : report.processors) {
        if (processor.restarts == 0 && processor.state != ProcessorState::crashed) continue;
        std::string last_error;
        for (const QueueReport& queue : processor.queues)
            if (!queue.last_error.empty()) last_error = queue.last_error;
        text +=
            fmt::format("  {}: {}, {} restarts, last error: {}\n", processor.name, name_of(processor.state),
                        processor.restarts, last_error.empty() ? "none" : last_error);
    }
    return text.empty() ? "" : "\n" + text;
}

}  // namespace

std::string ledger_text(const InstanceLedger& ledger) {
    return requesters_text(ledger) + providers_text(ledger) + agreement_text(ledger);
}

std::string summary_text(const InstanceReport& report, const LoadBoard& board, Nanos duration_ns) {
    const InstanceLedger ledger = make_ledger(report, board);
    return fmt::format("{} ran for {:.1f} s\n\n", report.name,
                       static_cast<double>(duration_ns) / static_cast<double>(ns_per_s)) +
           sources_text(ledger) + ledger_text(ledger) + latency_text(board) + restarts_text(report);
}

}  // namespace prosa
