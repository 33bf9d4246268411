#include "apps/prosa/bench/scale/scale.hpp"

#include "apps/prosa/bench/child_process.hpp"
#include "apps/prosa/bench/scale/scale_report.hpp"
#include "apps/prosa/exit_code.hpp"

namespace prosa::bench {
namespace {

absl::StatusOr<ScaleRow> measure_in_child(const BenchOptions& options, std::uint32_t reactor_count) {
    std::vector<std::string> arguments{"bench", "--scale_row=" + std::to_string(reactor_count),
                                       fmt::format("--duration={}us", options.duration_ns / ns_per_us),
                                       fmt::format("--rounds={}", options.round_count),
                                       "--figures=" + options.figures_file.string()};
    if (options.is_quick) arguments.emplace_back("--quick");
    const auto output = run_program(options.program, arguments);
    if (!output.ok()) return output.status();
    if (output->exit_code != exit_ok)
        return make_error(absl::StatusCode::kInternal, "the process with {} reactors ended with {}",
                          reactor_count, output->exit_code);
    return parse_scale_row(output->text);
}

int fail(const absl::Status& status) {
    fmt::print(stderr, "--scale: {}\n", message_of(status));
    return exit_failed;
}

}  // namespace

int scale_main(const BenchOptions& options) {
    std::vector<ScaleRow> rows;
    std::string lines;
    for (const std::uint32_t reactor_count : options.reactor_counts) {
        const auto row = measure_in_child(options, reactor_count);
        if (!row.ok()) return fail(row.status());
        rows.push_back(*row);
        lines += json_line(*row);
    }
    fmt::print("{}", table_text(rows));
    if (const absl::Status written = write_lines(options, lines); !written.ok()) return fail(written);
    return exit_ok;
}

int scale_row_main(const BenchOptions& options) {
    const auto row = measure_scale_row(BenchRun(options), *options.scale_row);
    if (!row.ok()) return fail(row.status());
    fmt::print("{}", json_line(*row));
    return exit_ok;
}

}  // namespace prosa::bench
