// test/process/outcome_ledger.hpp: what became of each request, in a mapped file that survives its process.
//
// File      entries of 16 bytes, one per request, in the order of sending; the first unused one ends the list.
// Entry     word 0: byte 0 the phase, byte 1 the code of the last outcome or refusal, bytes 2-3 how many outcomes came,
//           byte 4 is 1 when an answer was another request's. Word 1: CLOCK_MONOTONIC of the first outcome, in ns.
// Threads   one writer; whoever maps the file may read it at any time, also after a SIGKILL.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include "core/base/clock.hpp"
#include "core/base/service_error.hpp"
#include "core/base/status.hpp"

namespace prosa::test {

enum class EntryPhase : std::uint8_t { unused, offered, accepted, refused };

struct LedgerEntry {
    std::atomic<std::uint64_t> word{0};
    std::atomic<std::int64_t> ended_ns{0};
};
static_assert(sizeof(LedgerEntry) == 16, "the reader in Python unpacks two words");

class OutcomeLedger {
  public:
    // Maps the file; makes one of `capacity` entries when there is none.
    static absl::StatusOr<std::shared_ptr<OutcomeLedger>> open(const std::string& path,
                                                               std::size_t capacity) {
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file < 0) return invalid_argument("{}: {}", path, std::generic_category().message(errno));
        const std::size_t bytes = capacity * sizeof(LedgerEntry);
        void* const memory = ::ftruncate(file, static_cast<off_t>(bytes)) != 0
                                 ? MAP_FAILED
                                 : ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        ::close(file);
        if (memory == MAP_FAILED) return invalid_argument("{}: cannot be mapped into memory", path);
        return std::shared_ptr<OutcomeLedger>(new OutcomeLedger(static_cast<LedgerEntry*>(memory), capacity));
    }
    ~OutcomeLedger() { ::munmap(entries_, capacity_ * sizeof(LedgerEntry)); }
    OutcomeLedger(const OutcomeLedger&) = delete;
    OutcomeLedger& operator=(const OutcomeLedger&) = delete;

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t next_unused() const noexcept {
        std::size_t index = 0;
        while (index < capacity_ && entries_[index].word.load(std::memory_order_relaxed) != 0) ++index;
        return index;
    }

    void offer(std::size_t index) noexcept { set(index, EntryPhase::offered, 0); }
    void accept(std::size_t index) noexcept { set(index, EntryPhase::accepted, 0); }
    void refuse(std::size_t index, ServiceError why) noexcept {
        set(index, EntryPhase::refused, static_cast<std::uint64_t>(why));
    }
    void end(std::size_t index, ServiceError error, bool is_right) noexcept {
        LedgerEntry& entry = entries_[index];
        std::uint64_t word = entry.word.load(std::memory_order_relaxed) & ~std::uint64_t{0xff00};
        word += std::uint64_t{1} << 16;
        word |= static_cast<std::uint64_t>(error) << 8;
        if (!is_right) word |= std::uint64_t{1} << 32;
        if (entry.ended_ns.load(std::memory_order_relaxed) == 0)
            entry.ended_ns.store(monotonic_now_ns(), std::memory_order_relaxed);
        entry.word.store(word, std::memory_order_relaxed);
    }

  private:
    OutcomeLedger(LedgerEntry* entries, std::size_t capacity) : entries_(entries), capacity_(capacity) {}

    void set(std::size_t index, EntryPhase phase, std::uint64_t code) noexcept {
        entries_[index].word.store(static_cast<std::uint64_t>(phase) | code << 8, std::memory_order_relaxed);
    }

    LedgerEntry* const entries_;
    const std::size_t capacity_;
};

}  // namespace prosa::test
