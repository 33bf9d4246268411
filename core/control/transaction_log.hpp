// core/control/transaction_log.hpp: a line for each request that ended, in a file.
//
//     2026-11-22T18:11:58.123456789Z id=42 correlation=7 route=router-1>ISSUER_A>issuer-a outcome=none
//         latency_ns=12345 reference="000123"          (one line)
//
// The time is that of sending. `correlation` is the id of the request that began the transaction, its own
// when it did so itself; all hops of a transaction have the same. `outcome` is a ServiceError's name, or
// `abandoned` when the sender ended first. There is no message body; see reference_text for the reference.
//
// Threads   a reactor puts a record into a ring of its own (RingSink); the log's thread writes. The rest: any.
// Progress  of a reactor: wait-free, one copy of two cache lines, no system call.
// Full      a full ring, a file that cannot be written, or no memory at the end: the record is dropped and counted.
// Units     ring_slots of 128 bytes for each reactor and client; a flush every 20 ms.
// Proof     test/core/control/transaction_log_test.cpp
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/transaction_sink.hpp"
#include "core/control/closing_ring.hpp"
#include "core/control/metrics.hpp"
#include "core/control/rotating_file.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

struct TransactionLogOptions {
    std::string path;
    std::uint64_t max_bytes = 64U << 20;  // of one file
    std::uint32_t files = 4;              // with the one that is written
    bool reference = true;                // false: the adaptors' references are left out
    std::uint32_t ring_slots = 16384;     // a power of two
};

// The section `observability.transaction_log`.
PROSA_API void read_settings(SettingsReader& reader, TransactionLogOptions& options);

// Between one requester and the log's thread.
struct TransactionRing {
    explicit TransactionRing(std::uint32_t slots) : ring(slots, slot_bytes) {}

    static constexpr std::uint32_t slot_bytes = 128;
    static constexpr std::size_t record_offset = alignof(TransactionRecord);  // behind the sequence word
    static_assert(record_offset + sizeof(TransactionRecord) <= slot_bytes, "a record takes two cache lines");

    ClosingRing<> ring;
    Counter dropped;  // by the requester
};

class PROSA_API TransactionLog final : public TransactionJournal {
  public:
    // Opens the file and starts the thread. Error: the file cannot be opened, there is no thread or no memory for it.
    static absl::StatusOr<std::shared_ptr<TransactionLog>> create(TransactionLogOptions options);
    ~TransactionLog() override;  // closes

    void begin(std::shared_ptr<const ServiceDirectory> services) override;
    void name_processor(ProcessorId id, std::string_view name) override;
    std::unique_ptr<TransactionSink> open() override;

    // Writes out what is in the rings and ends the thread. What comes later is dropped and counted when its
    // ring is full. Call it when the instance has stopped.
    void close();

    TransactionLogCounts counts() const;

  private:
    explicit TransactionLog(TransactionLogOptions options);

    void run();
    bool try_drain() noexcept;
    void give_up() noexcept;
    void drain();
    void write(const TransactionRecord& record, Nanos wall_offset_ns);
    void publish_counts() noexcept;
    std::string requester_name(const TransactionRecord& record) const;
    std::string processor_name(ProcessorId id) const;
    const std::string& service_name(ServiceHandle service);

    const TransactionLogOptions options_;
    RotatingFile file_;
    std::vector<std::string> service_names_;  // by handle; the writer's
    bool has_failed_ = false;                 // the last flush; said once
    bool lacks_memory_ = false;               // the last round; said once

    mutable std::mutex mutex_;
    std::condition_variable must_stop_changed_;
    bool must_stop_ = false;
    std::shared_ptr<const ServiceDirectory> services_;
    std::map<ProcessorId, std::string> processor_names_;
    std::vector<std::shared_ptr<TransactionRing>> rings_;
    std::uint64_t dropped_by_gone_rings_ = 0;
    std::uint64_t given_up_ = 0;  // at the end
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> lost_{0};
    std::thread thread_;
};

}  // namespace prosa
