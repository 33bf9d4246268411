#include "apps/prosa/bench/breakdown/breakdown_report.hpp"

#include "apps/prosa/bench/json_line.hpp"
#include "apps/prosa/text_table.hpp"

namespace prosa::bench {
namespace {

std::string_view name_of(StepKind kind) noexcept {
    switch (kind) {
        case StepKind::two_cores:
            return "two cores";
        case StepKind::one_core:
            return "one core";
        case StepKind::behind:
            return "not on the path";
        case StepKind::remainder:
            return "remainder";
    }
    return "";
}

std::string ns_text(double ns) { return fmt::format("{:.1f}", ns); }
std::string ratio_text(double ns, const Breakdown& breakdown) {
    return fmt::format("{:.2f}", ns / breakdown.raw_line_ns);
}

std::string line_count_text(const Breakdown& breakdown) {
    std::string text;
    if (breakdown.lines) {
        const LineCount& lines = *breakdown.lines;
        text += fmt::format(
            "  lines moved per transaction, by instrumented accesses: {:.2f} (request slots {:.2f}, reply "
            "slots {:.2f}, "
            "shared words {:.3f}); copies of the other side dropped: {:.2f}\n",
            lines.moves(), lines.request_slot_moves, lines.reply_slot_moves, lines.shared_word_moves,
            lines.upgrades);
    } else {
        text += fmt::format("  lines moved per transaction, by instrumented accesses: none: {}\n",
                            breakdown.lines_reason);
    }
    if (breakdown.counted_line_loads)
        text +=
            fmt::format("  loads of a line modified by another core, by the processor's counter: {:.2f}\n",
                        *breakdown.counted_line_loads);
    else
        text +=
            fmt::format("  loads of a line modified by another core, by the processor's counter: none: {}\n",
                        breakdown.counter_reason);
    return text;
}

std::string step_line(const Breakdown& breakdown, const Step& step) {
    return JsonLine()
        .field("breakdown", name_of(breakdown.message))
        .field("step", step.name)
        .field("kind", name_of(step.kind))
        .field("on_path", step.kind == StepKind::two_cores || step.kind == StepKind::one_core)
        .field("ns", step.ns)
        .field("over_raw_line", step.ns / breakdown.raw_line_ns)
        .field("what", step.what)
        .text();
}

std::string sum_line(const Breakdown& breakdown) {
    const double explained_ns = breakdown.explained_ns();
    return JsonLine()
        .field("breakdown", name_of(breakdown.message))
        .field("sum", true)
        .field("raw_line_ns", breakdown.raw_line_ns)
        .field("explained_ns", explained_ns)
        .field("unexplained_ns", breakdown.measured_ns - explained_ns)
        .field("measured_ns", breakdown.measured_ns)
        .field("explained_percent", 100 * explained_ns / breakdown.measured_ns)
        .field("over_bare", breakdown.measured_ns / breakdown.bare_ns)
        .field("one_core_ns", breakdown.one_core_ns)
        .field("turn_ns", breakdown.turn_ns)
        .field("tvf_write_ns", breakdown.tvf_write_ns)
        .field("tvf_read_ns", breakdown.tvf_read_ns)
        .field("tvf_validate_ns", breakdown.tvf_validate_ns)
        .field("rounds", breakdown.round_count)
        .field("rounds_kind", name_of(breakdown.rounds))
        .text();
}

std::string lines_line(const Breakdown& breakdown) {
    const auto& lines = breakdown.lines;
    const auto of = [&](double value) { return lines ? std::optional(value) : std::nullopt; };
    const LineCount counted = lines.value_or(LineCount{});
    JsonLine line;
    line.field("breakdown", name_of(breakdown.message))
        .field("lines", true)
        .field("source", "instrumented slot and shared-word accesses")
        .field("moves_per_transaction", of(counted.moves()))
        .field("request_slot_moves", of(counted.request_slot_moves))
        .field("reply_slot_moves", of(counted.reply_slot_moves))
        .field("shared_word_moves", of(counted.shared_word_moves))
        .field("copies_dropped", of(counted.upgrades))
        .field("transactions", counted.transaction_count)
        .field("counter_loads_per_transaction", breakdown.counted_line_loads);
    if (!lines) line.field("reason", breakdown.lines_reason);
    if (!breakdown.counted_line_loads) line.field("counter_reason", breakdown.counter_reason);
    return line.text();
}

}  // namespace

std::string_view name_of(RoundKind kind) noexcept {
    switch (kind) {
        case RoundKind::counted:
            return "counted";
        case RoundKind::other_placement:
            return "other placement";
        case RoundKind::unsteady:
            return "unsteady";
        case RoundKind::failed:
            return "failed";
    }
    return "";
}

std::string_view name_of(BenchMessage message) noexcept {
    return message == BenchMessage::one_field ? "one_field" : "ten_fields";
}

std::string table_text(const Breakdown& breakdown) {
    TextTable table({"step", "ns", "over raw line", "measured on", "what"});
    for (const Step& step : breakdown.steps)
        table.add({step.name, ns_text(step.ns), ratio_text(step.ns, breakdown),
                   std::string(name_of(step.kind)), step.what});
    table.add({"measured", ns_text(breakdown.measured_ns), ratio_text(breakdown.measured_ns, breakdown),
               "two cores", "the round trip through the public interface, p50"});
    std::string text = fmt::format("round trip of {}, {} rounds ({})\n", name_of(breakdown.message),
                                   breakdown.round_count, name_of(breakdown.rounds));
    text += table.text();
    text += fmt::format(
        "  the steps on the path are {:.1f} of {:.1f} ns: {:.0f} %; measured over bare: {:.2f}\n",
        breakdown.explained_ns(), breakdown.measured_ns,
        100 * breakdown.explained_ns() / breakdown.measured_ns, breakdown.measured_ns / breakdown.bare_ns);
    text += fmt::format(
        "  on one core, where no line moves: a whole transaction {:.1f} ns, a turn without work {:.1f} ns; "
        "the TVF written "
        "{:.1f}, read {:.1f}, validated {:.1f} ns\n",
        breakdown.one_core_ns, breakdown.turn_ns, breakdown.tvf_write_ns, breakdown.tvf_read_ns,
        breakdown.tvf_validate_ns);
    return text + line_count_text(breakdown);
}

std::string json_lines(const Breakdown& breakdown) {
    std::string text;
    for (const Step& step : breakdown.steps) text += step_line(breakdown, step);
    return text + sum_line(breakdown) + lines_line(breakdown);
}

}  // namespace prosa::bench
