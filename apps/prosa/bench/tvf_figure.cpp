#include "apps/prosa/bench/tvf_figure.hpp"

#include "apps/prosa/bench/child_process.hpp"
#include "apps/prosa/bench/json_numbers.hpp"

namespace prosa::bench {
namespace {

constexpr std::string_view flat_name = "flat_write_validate_read";
constexpr std::string_view protobuf_name = "protobuf_fill_serialise_parse";

absl::StatusOr<double> time_ns(const SettingsNode& benchmarks, std::string_view name) {
    for (const SettingsNode& each : benchmarks.children) {
        const SettingsNode* const own_name = each.find("name");
        if (own_name != nullptr && own_name->text == name) return number_at(each, "cpu_time");
    }
    return not_found("flat_tvf_bench printed no '{}'", name);
}

absl::StatusOr<std::vector<double>> tvf_round(const std::filesystem::path& program, bool is_quick) {
    const auto output =
        run_program(program, {"--benchmark_format=json",
                              fmt::format("--benchmark_filter=^({}|{})$", flat_name, protobuf_name),
                              is_quick ? "--benchmark_min_time=0.1" : "--benchmark_min_time=0.5"});
    if (!output.ok()) return output.status();
    if (output->exit_code != 0)
        return make_error(absl::StatusCode::kInternal, "{} ended with {}", program.string(),
                          output->exit_code);
    const auto printed = parse_json(output->text, "flat_tvf_bench");
    if (!printed.ok()) return printed.status();
    const SettingsNode* const benchmarks = printed->find("benchmarks");
    if (benchmarks == nullptr) return not_found("flat_tvf_bench printed no 'benchmarks'");
    const auto flat_ns = time_ns(*benchmarks, flat_name);
    const auto protobuf_ns = time_ns(*benchmarks, protobuf_name);
    if (!flat_ns.ok()) return flat_ns.status();
    if (!protobuf_ns.ok()) return protobuf_ns.status();
    return std::vector<double>{*flat_ns / *protobuf_ns, *flat_ns, *protobuf_ns};
}

absl::Status measure_tvf(BenchRun& run, std::span<FigureResult> results) {
    const auto program = run.options().helpers_folder / "tvf" / "flat_tvf_bench";
    if (lacks(program, helpers_remedy, results)) return absl::OkStatus();
    return run.take_rounds(false, results, {"flat_ns", "protobuf_ns"},
                           [&] { return tvf_round(program, run.is_quick()); });
}

}  // namespace

FigureGroup tvf_group() {
    return {{{"flat_tvf_10field_over_protobuf", "ratio",
              "write, validate and read, over fill, serialise, parse and read", BarKind::at_most, 0.33}},
            measure_tvf};
}

}  // namespace prosa::bench
