#include "apps/prosa/report/log_file.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include "core/stats/hgrm.hpp"
#include "core/stats/hlog_reader.hpp"
#include "tvf/utf8.hpp"

namespace prosa {
namespace {

constexpr std::size_t counter_bytes_max = std::size_t{1} << 30;
constexpr std::uint64_t values_max = std::uint64_t{1} << 62;  // as for one histogram; no sum of two overflows

// JSON and pages hold nothing else: what is no UTF-8 becomes U+FFFD.
std::string utf8_of(std::string_view text) {
    std::string valid;
    for (std::size_t fault = find_utf8_fault(text); fault != no_fault; fault = find_utf8_fault(text)) {
        valid.append(text.substr(0, fault)).append("\xef\xbf\xbd");
        text.remove_prefix(fault + 1);
    }
    return valid.append(text);
}

LatencySeries& series_of(std::vector<LatencySeries>& series, std::string_view tag) {
    const auto found = std::find_if(series.begin(), series.end(),
                                    [tag](const LatencySeries& each) { return each.name == tag; });
    if (found != series.end()) return *found;
    series.push_back({.name = std::string(tag), .total = HdrHistogram(HdrRange{1, 2, 0})});
    return series.back();
}

absl::Status check_count(const LatencySeries& series, std::uint64_t more) {
    if (more <= values_max && series.total.total_count() <= values_max - more) return absl::OkStatus();
    return invalid_argument("expected at most 2^62 values in all{}{}",
                            series.name.empty() ? "" : " with the tag ", series.name);
}

// A value is the middle of its range of equivalents; scaled, it stays within the error that the digits allow.
HdrHistogram scaled(const HdrHistogram& histogram, std::int64_t factor) {
    if (factor == 1) return histogram;
    HdrHistogram result(HdrRange{.highest_trackable = 1'000'000 * ns_per_s});
    const HdrLayout& layout = histogram.layout();
    const auto counts = histogram.counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) continue;
        std::int64_t value = 0;
        const bool is_beyond =
            __builtin_mul_overflow(layout.median_equivalent(layout.value_at(i)), factor, &value);
        result.record_n(is_beyond ? result.layout().range().highest_trackable + 1 : value, counts[i]);
    }
    return result;
}

absl::Status check_memory(const LogFile& file) {
    std::size_t bytes = 0;
    for (const LatencySeries& series : file.series) bytes += series.total.counts().size_bytes();
    if (bytes > counter_bytes_max)
        return invalid_argument("{}: its {} tags need more than {} MB of counters", file.name,
                                file.series.size(), counter_bytes_max >> 20);
    return absl::OkStatus();
}

absl::Status read_hlog(std::istream& input, std::int64_t unit_ns, LogFile& file) {
    HlogReader reader(input, file.name);
    std::optional<double> first_start_s;
    for (;;) {
        const auto interval = reader.next();
        if (!interval.ok()) return interval.status();
        if (!interval->has_value()) break;
        const HlogInterval& read = **interval;
        if (!first_start_s) first_start_s = read.start_s;
        const HdrHistogram histogram = scaled(read.histogram, unit_ns);
        LatencySeries& series = series_of(file.series, utf8_of(read.tag));
        if (const absl::Status checked = check_count(series, histogram.total_count()); !checked.ok())
            return invalid_argument("{}: {}", file.name, message_of(checked));
        series.add_interval(read.start_s - *first_start_s, read.length_s, histogram,
                            read.out_of_range_count + histogram.out_of_range_count());
        if (absl::Status checked = check_memory(file); !checked.ok()) return checked;
    }
    file.is_cut_off = reader.is_cut_off();
    for (const auto& [name, value] : reader.run_tags())
        file.run_tags.emplace_back(utf8_of(name), utf8_of(value));
    return absl::OkStatus();
}

absl::StatusOr<double> unit_ns_of(const Hgrm& hgrm, std::optional<std::int64_t> otherwise) {
    if (hgrm.unit_name == "ns") return 1.0;
    if (hgrm.unit_name == "us") return 1e3;
    if (hgrm.unit_name == "ms") return 1e6;
    if (hgrm.unit_name == "s") return 1e9;
    if (hgrm.unit_name.empty()) return static_cast<double>(otherwise.value_or(ns_per_ms));
    return invalid_argument("expected the unit ns, us, ms or s, got '{}'", hgrm.unit_name);
}

absl::Status read_distribution(std::istream& input, std::optional<std::int64_t> unspecified_unit_ns,
                               LogFile& file) {
    const auto hgrm = read_hgrm(input, file.name);
    if (!hgrm.ok()) return hgrm.status();
    const auto unit_ns = unit_ns_of(*hgrm, unspecified_unit_ns);
    if (!unit_ns.ok()) return invalid_argument("{}: {}", file.name, message_of(unit_ns.status()));
    const HdrHistogram histogram = histogram_of(*hgrm, *unit_ns);
    if (histogram.total_count() != 0)
        series_of(file.series, "").add(histogram, histogram.out_of_range_count());
    return absl::OkStatus();
}

std::string joined_name(std::string_view file, std::string_view tag) {
    if (file.empty() || tag.empty())
        return std::string(file.empty() ? (tag.empty() ? "untagged" : tag) : file);
    return fmt::format("{} {}", file, tag);
}

}  // namespace

absl::StatusOr<LogFile> read_log_file(const std::filesystem::path& path,
                                      std::optional<std::int64_t> unit_ns) {
    std::ifstream input(path, std::ios::binary);
    if (!input || std::filesystem::is_directory(path)) return not_found("{}: cannot be read", path.string());
    LogFile file;
    file.name = path.filename().string();
    const bool is_distribution = path.extension() == ".hgrm";
    if (absl::Status read = is_distribution ? read_distribution(input, unit_ns, file)
                                            : read_hlog(input, unit_ns.value_or(1), file);
        !read.ok())
        return read;
    if (file.series.empty()) return invalid_argument("{}: no histogram is in it", path.string());
    return file;
}

std::vector<LatencySeries> side_by_side(std::vector<LogFile> files) {
    const bool names_files = files.size() > 1;
    std::vector<LatencySeries> all;
    for (LogFile& file : files)
        for (LatencySeries& series : file.series) {
            const bool is_only_one = file.series.size() == 1 && series.name.empty();
            series.name = joined_name(names_files || is_only_one ? file.name : "", series.name);
            all.push_back(std::move(series));
        }
    return all;
}

absl::StatusOr<std::vector<LatencySeries>> merged(const std::vector<LogFile>& files) {
    std::vector<LatencySeries> all;
    for (const LogFile& file : files)
        for (const LatencySeries& series : file.series) {
            LatencySeries& sum = series_of(all, series.name);
            if (absl::Status checked = check_count(sum, series.total.total_count()); !checked.ok())
                return checked;
            sum.add(series.total, series.out_of_range_count);
        }
    for (LatencySeries& series : all) series.name = joined_name("", series.name);
    return all;
}

}  // namespace prosa
