// adaptors/injector/transaction_file.hpp: a file of transactions, encoded once, ready to be copied out.
//
// Format    JSON lines: one object a line, keys by the tag dictionary (tvf/tvf_json.hpp). `at_us` is not part of the
//           transaction but its intended time (line_time.hpp); all lines or none have it, and it does not decrease. Empty lines are nothing.
// Errors    `file:line: what was wrong, what was expected`; values that look like card numbers are masked.
// Threads   immutable once read: any.
// Cost      one pass at start-up, about 10 us a line; then all bodies lie one behind the other in one block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "adaptors/injector/load_options.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/settings/settings_errors.hpp"

namespace prosa {

enum class BrokenLine : std::uint8_t { stop, skip };

class PROSA_API TransactionFile {
  public:
    static constexpr std::uint32_t nowhere = 0xffff'ffff;

    struct Transaction {
        std::size_t offset = 0;
        std::uint32_t bytes = 0;
        std::uint32_t stan_offset = nowhere;  // of the six digits in the body, when it has them
        std::uint32_t time_offset = nowhere;  // of the ten digits of the transmission time
    };

    // Null when the file cannot be read, has no transaction, or (stop) has a broken line: see `errors`. Broken lines
    // that are skipped are logged, the first ten of them. A transaction of more than `body_bytes_max` is broken, too.
    static std::shared_ptr<const TransactionFile> read(const std::filesystem::path& path,
                                                       BrokenLine broken_line, std::uint32_t body_bytes_max,
                                                       SettingsErrors& errors);
    // The same of lines that come from elsewhere; `name` is what errors call them.
    static std::shared_ptr<const TransactionFile> read(std::istream& lines, std::string name,
                                                       BrokenLine broken_line, std::uint32_t body_bytes_max,
                                                       SettingsErrors& errors);

    std::size_t size() const noexcept { return transactions_.size(); }  // at least 1
    const Transaction& at(std::size_t index) const noexcept { return transactions_[index]; }
    std::span<const std::byte> body(const Transaction& transaction) const noexcept {
        return {bytes_.data() + transaction.offset, transaction.bytes};
    }
    std::uint64_t broken_count() const noexcept { return broken_count_; }

    // Null when the lines have no times.
    const Timeline& timeline() const noexcept { return timeline_; }

  private:
    friend class TransactionFileReader;

    std::vector<std::byte> bytes_;  // each body starts at a multiple of 8
    std::vector<Transaction> transactions_;
    std::uint64_t broken_count_ = 0;
    Timeline timeline_;
};

}  // namespace prosa
