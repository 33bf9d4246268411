#include "apps/prosa/convert/convert_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "apps/prosa/convert/convert_options.hpp"
#include "apps/prosa/convert/dictionary_file.hpp"
#include "apps/prosa/convert/flat_messages.hpp"
#include "apps/prosa/convert/json_messages.hpp"
#include "apps/prosa/convert/message_encoder.hpp"
#include "apps/prosa/convert/simple_messages.hpp"
#include "apps/prosa/exit_code.hpp"
#include "core/base/assert.hpp"
#include "core/base/visible_text.hpp"

namespace prosa::convert {
namespace {

constexpr std::size_t output_bytes_max = 64 * 1024;

class Output {
  public:
    absl::Status flush() {
        std::string_view rest = text_;
        while (!rest.empty()) {
            const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) {
                has_failed_ = true;
                return invalid_argument("the output cannot be written: {}", std::strerror(errno));
            }
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        text_.clear();
        return absl::OkStatus();
    }
    absl::Status flush_when_large() { return text_.size() < output_bytes_max ? absl::OkStatus() : flush(); }
    std::string& text() noexcept { return text_; }
    bool has_failed() const noexcept { return has_failed_; }

  private:
    std::string text_;
    bool has_failed_ = false;
};

class Conversion {
  public:
    Conversion(const ConvertOptions& options, const TagDictionary& dictionary)
        : input_(read_, flush_),
          reader_(make_message_reader(options.from, input_, dictionary)),
          encoder_(options.to, dictionary, options.is_unmasked ? Exposure::clear : Exposure::masked) {}

    // Error: which message, where, what. What was converted before it has been written.
    absl::Status run() {
        const absl::Status converted = convert_all();
        const absl::Status written = output_.flush();
        return converted.ok() ? written : converted;
    }

    std::uint64_t cut_times() const noexcept { return encoder_.cut_times(); }

  private:
    absl::Status convert_all() {
        for (;;) {
            const auto message = reader_->next();
            // The reader writes before it waits for more; what fails then is no fault of a message.
            if (!message.ok()) return output_.has_failed() ? message.status() : in_message(message.status());
            if (!*message) return absl::OkStatus();
            if (absl::Status status = encoder_.append(output_.text(), **message); !status.ok())
                return in_message(status);
            if (absl::Status status = output_.flush_when_large(); !status.ok()) return status;
        }
    }

    // JSON's errors count lines and bytes from the start of the input, the others from that of the message.
    absl::Status in_message(const absl::Status& status) const {
        const std::uint64_t number = encoder_.message_count() + 1;
        const std::string what = message_of(status);
        if (what.starts_with("JSON ")) return invalid_argument("message {}: {}", number, what);
        return invalid_argument("message {} (from byte {}): {}", number, reader_->begin_byte(), what);
    }

    Output output_;
    std::function<absl::Status()> flush_ = [this] { return output_.flush(); };
    std::function<ssize_t(char*, std::size_t)> read_ = [](char* to, std::size_t bytes) {
        return ::read(STDIN_FILENO, to, bytes);
    };
    InputWindow input_;
    std::unique_ptr<MessageReader> reader_;
    MessageEncoder encoder_;
};

}  // namespace

std::unique_ptr<MessageReader> make_message_reader(MessageForm form, InputWindow& input,
                                                   const TagDictionary& dictionary) {
    if (form == MessageForm::json) return std::make_unique<JsonMessages>(input, dictionary);
    if (form == MessageForm::simple) return std::make_unique<SimpleMessages>(input, dictionary);
    PROSA_ASSERT(form == MessageForm::tvf, "text cannot be read");
    return std::make_unique<FlatMessages>(input);
}

int convert_command(const std::vector<std::string>& arguments) {
    const auto [options, exit_code] = parse_convert_arguments(arguments);
    if (!options) return exit_code;
    const auto dictionary = load_dictionary(options->dictionary);
    if (!dictionary.ok()) {
        fmt::print(stderr, "prosa convert: {}\n", message_of(dictionary.status()));
        return exit_usage;
    }
    Conversion conversion(*options, *dictionary);
    const absl::Status status = conversion.run();
    if (conversion.cut_times() != 0)
        fmt::print(stderr,
                   "prosa convert: date-times that lost their fraction of a second, which the form simple "
                   "does not have: {}\n",
                   conversion.cut_times());
    if (status.ok()) return exit_ok;
    fmt::print(stderr, "prosa convert: {}\n", visible_text(message_of(status)));
    return exit_failed;
}

}  // namespace prosa::convert
