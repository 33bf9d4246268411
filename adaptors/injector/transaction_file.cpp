#include "adaptors/injector/transaction_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>

#include "adaptors/injector/line_time.hpp"
#include "core/base/assert.hpp"
#include "core/base/log.hpp"
#include "tvf/flat_tvf.hpp"
#include "tvf/masking.hpp"
#include "tvf/tag_dictionary.hpp"
#include "tvf/tvf_json.hpp"

namespace prosa {
namespace {

constexpr Tag at_us_tag = 0xffff'ffff;  // beside the transaction's own tags; never sent
constexpr Tag transmission_time_tag = 7;
constexpr Tag stan_tag = 11;
constexpr std::size_t shown_errors_max = 10;

const TagDictionary& line_dictionary() {
    static const TagDictionary dictionary = [] {
        TagDictionary built = iso8583_dictionary();
        const absl::Status added =
            built.add({at_us_tag, "at_us", TvfType::float64, Sensitivity::clear, nullptr});
        PROSA_ASSERT(added.ok(), "at_us is no field");
        return built;
    }();
    return dictionary;
}

// Where a text field of exactly this many bytes lies in the body.
std::uint32_t offset_of(const FlatTvfView& view, Tag tag, std::size_t bytes) {
    const auto text = view.get_string(tag);
    if (!text.ok() || text.value.size() != bytes) return TransactionFile::nowhere;
    return static_cast<std::uint32_t>(reinterpret_cast<const std::byte*>(text.value.data()) -
                                      view.bytes().data());
}

// Of one line's JSON: the file's line is said already.
std::string_view without_json_line(std::string_view message) {
    constexpr std::string_view place = "JSON line 1, ";
    return message.starts_with(place) ? message.substr(place.size()) : message;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

class TransactionFileReader {
  public:
    TransactionFileReader(std::string name, BrokenLine broken_line, std::uint32_t body_bytes_max,
                          SettingsErrors& errors)
        : source_(std::make_shared<const std::string>(std::move(name))),
          broken_line_(broken_line),
          body_bytes_max_(body_bytes_max),
          errors_(errors) {}

    // errno is 0 or why `input` could not be opened.
    std::shared_ptr<const TransactionFile> read(std::istream& input) {
        std::string line;
        while (std::getline(input, line)) {
            ++line_;
            if (!is_blank(line)) read_line(line);
        }
        if (!input.eof() || (errno != 0 && line_ == 0)) {
            const std::string reason = std::generic_category().message(errno);
            errors_.add({source_, 0}, fmt::format("cannot be read: {}", reason));
            return nullptr;
        }
        return finish();
    }

  private:
    void read_line(std::string_view line) {
        const absl::Status status = encode(line);
        if (status.ok()) return;
        ++file_->broken_count_;
        if (file_->broken_count_ > shown_errors_max) return;
        const std::string message = mask_pans(without_json_line(message_of(status)));
        if (broken_line_ == BrokenLine::stop)
            errors_.add({source_, line_}, message);
        else
            log().warn("{}:{}: skipped: {}", *source_, line_, message);
    }

    absl::Status encode(std::string_view line) {
        const absl::StatusOr<std::optional<Nanos>> at_ns = read_line_time(line);
        if (!at_ns.ok()) return at_ns.status();
        absl::StatusOr<FlatTvf> fields = from_json<FlatTvf>(line, line_dictionary());
        if (!fields.ok()) return fields.status();
        if (fields->contains(at_us_tag) != at_ns->has_value())
            return invalid_argument("{} is no field, expected the time at the key at_us", at_us_tag);
        fields->remove(at_us_tag);
        if (const std::size_t bytes = fields->view().bytes().size(); bytes > body_bytes_max_)
            return invalid_argument("the transaction has {} bytes, a message at most {}: set bus.block_bytes",
                                    bytes, body_bytes_max_);
        if (absl::Status status = note_time(*at_ns); !status.ok()) return status;
        append(*fields);
        return absl::OkStatus();
    }

    absl::Status note_time(std::optional<Nanos> at_ns) {
        const bool is_first = file_->transactions_.empty();
        if (!is_first && at_ns.has_value() != !times_.empty())
            return invalid_argument(
                "at_us is {} here, but {} on the lines before: all lines have it, or none",
                at_ns.has_value() ? "given" : "missing", at_ns.has_value() ? "missing" : "given");
        if (!at_ns.has_value()) return absl::OkStatus();
        if (!is_first && *at_ns < times_.back())
            return invalid_argument("at_us is {}, less than {} before it: times must not decrease",
                                    microseconds_text(*at_ns), microseconds_text(times_.back()));
        times_.push_back(*at_ns);
        return absl::OkStatus();
    }

    void append(const FlatTvf& fields) {
        const FlatTvfView view = fields.view();
        const std::span<const std::byte> bytes = view.bytes();
        std::vector<std::byte>& arena = file_->bytes_;
        file_->transactions_.push_back({.offset = arena.size(),
                                        .bytes = static_cast<std::uint32_t>(bytes.size()),
                                        .stan_offset = offset_of(view, stan_tag, 6),
                                        .time_offset = offset_of(view, transmission_time_tag, 10)});
        arena.insert(arena.end(), bytes.begin(), bytes.end());
        arena.resize((arena.size() + 7) / 8 * 8);
    }

    std::shared_ptr<const TransactionFile> finish() {
        const std::uint64_t broken = file_->broken_count_;
        const bool is_broken = broken != 0 && broken_line_ == BrokenLine::stop;
        if (broken > shown_errors_max) report_more(broken - shown_errors_max);
        if (file_->transactions_.empty() && !is_broken)
            errors_.add({source_, 0}, "holds no transaction, expected at least one JSON object on a line");
        if (file_->transactions_.empty() || is_broken) return nullptr;
        if (!times_.empty()) file_->timeline_ = std::make_shared<const std::vector<Nanos>>(std::move(times_));
        return std::move(file_);
    }

    void report_more(std::uint64_t count) {
        if (broken_line_ == BrokenLine::stop)
            errors_.add({source_, line_}, fmt::format("{} more lines are broken", count));
        else
            log().warn("{}: {} more lines skipped", *source_, count);
    }

    const std::shared_ptr<const std::string> source_;
    const BrokenLine broken_line_;
    const std::uint32_t body_bytes_max_;
    SettingsErrors& errors_;
    std::uint32_t line_ = 0;
    std::shared_ptr<TransactionFile> file_ = std::make_shared<TransactionFile>();
    std::vector<Nanos> times_;
};

std::shared_ptr<const TransactionFile> TransactionFile::read(const std::filesystem::path& path,
                                                             BrokenLine broken_line,
                                                             std::uint32_t body_bytes_max,
                                                             SettingsErrors& errors) {
    errno = 0;
    std::ifstream input(path, std::ios::binary);
    return TransactionFileReader(path.string(), broken_line, body_bytes_max, errors).read(input);
}

std::shared_ptr<const TransactionFile> TransactionFile::read(std::istream& lines, std::string name,
                                                             BrokenLine broken_line,
                                                             std::uint32_t body_bytes_max,
                                                             SettingsErrors& errors) {
    errno = 0;
    return TransactionFileReader(std::move(name), broken_line, body_bytes_max, errors).read(lines);
}

}  // namespace prosa
