#include "core/stats/hgrm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/stats/line_source.hpp"

namespace prosa {
namespace {

constexpr std::size_t line_bytes_max = 4096;
constexpr std::size_t lines_max = 1'000'000;
constexpr std::string_view unit_mark = "#[Unit = ";

// Half up to twelve digits: the levels are sums of powers of two, so ties happen.
double rounded(double share) noexcept { return std::floor(share * 1e12 + 0.5) / 1e12; }

std::string comment_text(const HdrHistogram& histogram, const HgrmFormat& format) {
    const int digits = histogram.layout().range().significant_digits;
    std::string text = fmt::format(
        "#[Mean    = {:12.{}f}, StdDeviation   = {:12.{}f}]\n#[Max     = {:12.{}f}, Total count    = "
        "{:12}]\n",
        histogram.mean() / format.unit, digits, histogram.standard_deviation() / format.unit, digits,
        static_cast<double>(histogram.max()) / format.unit, digits, histogram.total_count());
    text += fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n", histogram.layout().bucket_count(),
                        histogram.layout().sub_bucket_count());
    if (!format.unit_name.empty()) text += fmt::format("{}{}]\n", unit_mark, format.unit_name);
    return text;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    constexpr std::string_view blanks = " \t";
    for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
        words.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(blanks, end);
    }
    return words;
}

template <typename Number>
std::optional<Number> parse(std::string_view word) {
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return number;
}

// The number behind a name such as `Mean`; it stays as it was when the comment does not name it.
template <typename Number>
absl::Status read_named(std::string_view comment, std::string_view name, Number& number) {
    const std::size_t found = comment.find(name);
    if (found == std::string_view::npos) return absl::OkStatus();
    std::string_view rest = comment.substr(found + name.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" ="), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(",]"));
    const auto parsed = parse<Number>(word);
    if (!parsed) return invalid_argument("expected a number for {}, got '{}'", name, word.substr(0, 40));
    number = *parsed;
    return absl::OkStatus();
}

absl::Status read_comment(std::string_view comment, Hgrm& hgrm) {
    if (!comment.starts_with("#[")) return absl::OkStatus();  // somebody's remark
    if (comment.starts_with(unit_mark) && comment.ends_with(']'))
        hgrm.unit_name = comment.substr(unit_mark.size(), comment.size() - unit_mark.size() - 1);
    for (absl::Status status :
         {read_named(comment, "Mean", hgrm.mean),
          read_named(comment, "StdDeviation", hgrm.standard_deviation),
          read_named(comment, "#[Max", hgrm.max), read_named(comment, "Total count", hgrm.total_count)})
        if (!status.ok()) return status;
    return absl::OkStatus();
}

absl::StatusOr<HgrmLine> read_line(const std::vector<std::string_view>& words) {
    if (words.size() < 3)
        return invalid_argument("expected value, percentile and count, got {} words", words.size());
    const auto value = parse<double>(words[0]);
    const auto percentile = parse<double>(words[1]);
    const auto count = parse<std::uint64_t>(words[2]);
    if (!value || !std::isfinite(*value) || *value < 0)
        return invalid_argument("expected a value of at least 0, got '{}'", words[0].substr(0, 40));
    if (!percentile || !(*percentile >= 0 && *percentile <= 1))
        return invalid_argument("expected a percentile from 0 to 1, got '{}'", words[1].substr(0, 40));
    if (!count || *count > std::uint64_t{1} << 62)
        return invalid_argument("expected a count up to 2^62, got '{}'", words[2].substr(0, 40));
    return HgrmLine{*value, *percentile, *count};
}

absl::Status add_line(const std::vector<std::string_view>& words, Hgrm& hgrm) {
    const auto line = read_line(words);
    if (!line.ok()) return line.status();
    if (hgrm.lines.size() == lines_max) return invalid_argument("expected at most {} lines", lines_max);
    if (!hgrm.lines.empty()) {
        const HgrmLine& last = hgrm.lines.back();
        if (line->value < last.value || line->percentile < last.percentile ||
            line->count_to_value < last.count_to_value)
            return invalid_argument("expected values, percentiles and counts that never fall");
    }
    hgrm.lines.push_back(*line);
    return absl::OkStatus();
}

}  // namespace

std::string hgrm_text(const HdrHistogram& histogram, const HgrmFormat& format) {
    const int digits = histogram.layout().range().significant_digits;
    std::string text = fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount",
                                   "1/(1-Percentile)");
    const auto points = histogram.percentile_points(format.ticks_per_half_distance);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto& [value, percentile, count] = points[i];
        const double share = percentile / 100;
        text += fmt::format("{:12.{}f} {:.12f} {:10}", static_cast<double>(value) / format.unit, digits,
                            rounded(share), count);
        text += i + 1 == points.size() ? "\n" : fmt::format(" {:14.2f}\n", 1 / (1 - share));
    }
    return text + comment_text(histogram, format);
}

absl::StatusOr<Hgrm> read_hgrm(std::istream& input, std::string name) {
    LineSource lines(input, std::move(name), line_bytes_max);
    Hgrm hgrm;
    for (;;) {
        const auto has_line = lines.next();
        if (!has_line.ok()) return has_line.status();
        if (!*has_line) break;
        const std::string& line = lines.line();
        const auto words = words_of(line);
        if (words.empty() || words.front() == "Value") continue;
        const absl::Status read = line.starts_with('#') ? read_comment(line, hgrm) : add_line(words, hgrm);
        if (!read.ok()) return lines.error(read);
    }
    if (!hgrm.lines.empty()) hgrm.total_count = hgrm.lines.back().count_to_value;
    return hgrm;
}

HdrHistogram histogram_of(const Hgrm& hgrm, double unit) {
    HdrHistogram histogram;
    const auto highest = static_cast<double>(histogram.layout().range().highest_trackable);
    std::uint64_t counted = 0;
    for (const HgrmLine& line : hgrm.lines) {
        const bool is_beyond = line.value * unit > highest;
        const std::int64_t value =
            is_beyond ? histogram.layout().range().highest_trackable + 1 : std::llround(line.value * unit);
        histogram.record_n(value, line.count_to_value - counted);
        counted = line.count_to_value;
    }
    return histogram;
}

}  // namespace prosa
