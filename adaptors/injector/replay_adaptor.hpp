// adaptors/injector/replay_adaptor.hpp: sends the transactions of a file, again and again.
//
// Settings  file: see transaction_file.hpp; relative to the configuration's folder.  on_broken_line: stop (an error
//           before anything starts) or skip (counted).  refresh_stan: a new six-digit trace number for each
//           send (false).  refresh_time: the transmission time is the present (false).
// Shards    share the file: each sends every n-th line.
// Cost      a send is one copy of the encoded line.
// Proof     test/adaptors/injector/transaction_file_test.cpp
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "adaptors/injector/injector_adaptor.hpp"
#include "adaptors/injector/transaction_file.hpp"
#include "core/base/export.hpp"

namespace prosa {

class PROSA_API ReplayAdaptor {
  public:
    struct Options {
        std::shared_ptr<const TransactionFile> file;
        bool refreshes_stan = false;
        bool refreshes_time = false;
    };

    static absl::StatusOr<Options> configure(ProcessorSetup& setup);
    static Timeline timeline(const Options& options) {
        return options.file ? options.file->timeline() : nullptr;
    }
    static std::uint64_t broken_line_count(const Options& options) {
        return options.file ? options.file->broken_count() : 0;
    }
    static absl::StatusOr<std::unique_ptr<ReplayAdaptor>> create(const Options& options,
                                                                 AdaptorContext& context);

    // Starts at line `first`, goes on by `stride`.
    ReplayAdaptor(const Options& options, std::size_t first, std::size_t stride);

    std::uint32_t next_body_bytes() const noexcept { return options_.file->at(index_).bytes; }
    BuildResult build_transaction(BodyBuffer& body);
    // The trace number in the body that was just built; empty when it has none.
    std::string_view reference() const noexcept { return reference_; }
    absl::Status process_response(const Outcome&) { return absl::OkStatus(); }
    void terminate() noexcept {}

  private:
    void refresh_time(std::byte* digits) noexcept;

    const Options options_;
    std::size_t index_;
    const std::size_t stride_;
    std::uint32_t stan_ = 0;
    std::string_view reference_;          // in the body, until that is committed
    std::int64_t second_ = -1;            // that time_digits_ shows
    std::array<char, 10> time_digits_{};  // MMDDhhmmss, UTC
};

}  // namespace prosa
