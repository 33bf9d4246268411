#include "core/stats/hlog_reader.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "core/stats/base64.hpp"
#include "core/stats/hdr_codec.hpp"

namespace prosa {
namespace {

constexpr double year_s = 365 * 24 * 3600.0;
constexpr std::string_view start_mark = "#[StartTime: ";
constexpr std::string_view base_mark = "#[BaseTime: ";
constexpr std::string_view tag_mark = "#[Run tag: ";
constexpr std::string_view out_of_range_mark = "#[Out of range: ";

std::string_view shown(std::string_view text) noexcept { return text.substr(0, 40); }

std::string_view without_blanks(std::string_view text) noexcept {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

absl::StatusOr<double> parse_seconds(std::string_view text, std::string_view what) {
    text = without_blanks(text);
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(seconds))
        return invalid_argument("expected {} in seconds, got '{}'", what, shown(text));
    return seconds;
}

// What stands before the first comma; the text goes on after it. Nothing when there is no comma.
std::optional<std::string_view> take_field(std::string_view& text) noexcept {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const std::string_view field = text.substr(0, comma);
    text.remove_prefix(comma + 1);
    return field;
}

}  // namespace

absl::StatusOr<std::optional<HlogInterval>> HlogReader::next() {
    for (;;) {
        const auto has_line = lines_.next();
        if (!has_line.ok()) return has_line.status();
        if (!*has_line) return std::nullopt;
        const std::string& line = lines_.line();
        if (line.empty() || line.front() == '"') continue;
        absl::Status read;
        if (line.front() == '#') {
            read = read_comment();
        } else {
            auto interval = read_interval();
            if (interval.ok()) return *std::move(interval);
            read = interval.status();
        }
        if (read.ok()) continue;
        if (lines_.is_terminated()) return lines_.error(read);
        is_cut_off_ = true;
    }
}

absl::Status HlogReader::read_comment() {
    const std::string_view line = lines_.line();
    const auto read_time = [line](std::string_view mark, std::optional<double>& time_s) {
        const std::string_view rest = line.substr(mark.size());
        const auto seconds = parse_seconds(rest.substr(0, rest.find_first_of(" ]")), "a time");
        if (seconds.ok()) time_s = *seconds;
        return seconds.status();
    };
    if (line.starts_with(start_mark)) return read_time(start_mark, start_time_s_);
    if (line.starts_with(base_mark)) return read_time(base_mark, base_time_s_);
    if (line.starts_with(out_of_range_mark)) {
        const char* const begin = line.data() + out_of_range_mark.size();
        const auto [end, error] = std::from_chars(begin, line.data() + line.size(), out_of_range_count_);
        if (error != std::errc{})
            return invalid_argument("expected a count, got '{}'",
                                    shown({begin, line.size() - out_of_range_mark.size()}));
    }
    const std::size_t equals = line.find('=');
    if (line.starts_with(tag_mark) && line.ends_with(']') && equals != std::string_view::npos)
        run_tags_.emplace_back(line.substr(tag_mark.size(), equals - tag_mark.size()),
                               line.substr(equals + 1, line.size() - equals - 2));
    return absl::OkStatus();
}

absl::StatusOr<HlogInterval> HlogReader::read_interval() {
    std::string_view rest = lines_.line();
    std::string_view name;
    if (rest.starts_with("Tag=")) {
        const auto tag = take_field(rest);
        if (!tag) return invalid_argument("expected a comma after the tag");
        name = tag->substr(std::string_view("Tag=").size());
    }
    const auto start = take_field(rest);
    const auto length = take_field(rest);
    const auto max = take_field(rest);
    if (!start || !length || !max)
        return invalid_argument("expected start, length, maximum and histogram between commas, got '{}'",
                                shown(lines_.line()));
    const auto start_s = parse_seconds(*start, "the interval's start");
    if (!start_s.ok()) return start_s.status();
    const auto length_s = parse_seconds(*length, "the interval's length");
    if (!length_s.ok()) return length_s.status();
    if (*length_s < 0) return invalid_argument("expected a length of at least 0, got {}", *length_s);
    const auto bytes = base64_decode(without_blanks(rest));
    if (!bytes.ok()) return bytes.status();
    auto histogram = decode_histogram(*bytes);
    if (!histogram.ok()) return histogram.status();
    // Not member by member: a histogram of the default range has 270 KB to clear.
    return HlogInterval{.tag = std::string(name),
                        .start_s = *start_s + offset_for(*start_s),
                        .length_s = *length_s,
                        .histogram = *std::move(histogram),
                        .out_of_range_count = std::exchange(out_of_range_count_, 0)};
}

double HlogReader::offset_for(double first_start_s) {
    if (!offset_s_) {
        const bool is_relative = start_time_s_ && first_start_s < *start_time_s_ - year_s;
        offset_s_ = base_time_s_ ? *base_time_s_ : is_relative ? *start_time_s_ : 0.0;
    }
    return *offset_s_;
}

}  // namespace prosa
