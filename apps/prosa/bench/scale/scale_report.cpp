#include "apps/prosa/bench/scale/scale_report.hpp"

#include "apps/prosa/bench/json_line.hpp"
#include "apps/prosa/bench/json_numbers.hpp"
#include "apps/prosa/text_table.hpp"

namespace prosa::bench {
namespace {

constexpr const char* line_moves_key = "line_moves_per_transaction";
constexpr double bytes_per_mib = 1024 * 1024;

struct Column {
    const char* key;
    double ScaleRow::*value;
};
constexpr Column columns[] = {
    {"resident_bytes", &ScaleRow::resident_bytes}, {"instance_bytes", &ScaleRow::instance_bytes},
    {"parked_count", &ScaleRow::parked_count},     {"turn_ns", &ScaleRow::turn_ns},
    {"linked_turn_ns", &ScaleRow::linked_turn_ns}, {"idle_cpu_percent", &ScaleRow::idle_cpu_percent},
    {"publish_us", &ScaleRow::publish_us},         {"publish_worst_us", &ScaleRow::publish_worst_us},
};

std::string mib_text(double bytes) { return fmt::format("{:.1f}", bytes / bytes_per_mib); }

}  // namespace

std::string json_line(const ScaleRow& row) {
    JsonLine line;
    line.field("scale", row.reactor_count).field("links", 2 * (row.reactor_count - 1));
    for (const Column& column : columns) line.field(column.key, row.*column.value);
    line.field(line_moves_key, row.line_moves);
    return line.text();
}

absl::StatusOr<ScaleRow> parse_scale_row(std::string_view line) {
    const auto object = parse_json(line, "a row of the scale");
    if (!object.ok()) return object.status();
    const auto count = number_at(*object, "scale");
    if (!count.ok()) return count.status();
    ScaleRow row{.reactor_count = static_cast<std::uint32_t>(*count)};
    for (const Column& column : columns) {
        const auto number = number_at(*object, column.key);
        if (!number.ok()) return number.status();
        row.*column.value = *number;
    }
    if (const auto moves = number_at(*object, line_moves_key); moves.ok()) row.line_moves = *moves;
    return row;
}

std::string table_text(std::span<const ScaleRow> rows) {
    TextTable table({"reactors", "parked", "resident MiB", "instance MiB", "turn ns", "links",
                     "turn with links ns", "idle CPU %", "publish us", "worst us", "lines moved"});
    for (const ScaleRow& row : rows)
        table.add({fmt::format("{}", row.reactor_count), fmt::format("{:.0f}", row.parked_count),
                   mib_text(row.resident_bytes), mib_text(row.instance_bytes),
                   fmt::format("{:.1f}", row.turn_ns), fmt::format("{}", 2 * (row.reactor_count - 1)),
                   fmt::format("{:.1f}", row.linked_turn_ns), fmt::format("{:.2f}", row.idle_cpu_percent),
                   fmt::format("{:.1f}", row.publish_us), fmt::format("{:.1f}", row.publish_worst_us),
                   row.line_moves ? fmt::format("{:.2f}", *row.line_moves) : "-"});
    return table.text() +
           "\n\"lines moved\": per transaction of one field, with so many links attached to both reactors; "
           "by "
           "instrumented accesses.\n";
}

}  // namespace prosa::bench
