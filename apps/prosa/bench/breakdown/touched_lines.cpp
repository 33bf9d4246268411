#include "apps/prosa/bench/breakdown/touched_lines.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/assert.hpp"
#include "core/base/cache_line.hpp"
#include "core/base/sanitizer.hpp"

namespace prosa::bench {
namespace {

constexpr greg_t trap_flag = 0x100;        // Intel SDM vol. 3, 2.3: EFLAGS.TF
constexpr greg_t fault_was_a_write = 0x2;  // Intel SDM vol. 3, 4.7: page-fault error code, W/R
constexpr std::size_t pages_of_one_instruction_max = 4;

// In each byte of the model: who has a copy of the line.
constexpr std::uint8_t bit_of(Side side) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(side));
}

struct Watched {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::uint8_t* copies = nullptr;  // by line; memory of its own, for no watched page may hold it
    std::size_t line_count = 0;
    LineMoves moves;

    std::uintptr_t first_page(std::uintptr_t page_bytes) const noexcept {
        return begin / page_bytes * page_bytes;
    }
    std::uintptr_t end_page(std::uintptr_t page_bytes) const noexcept {
        return (end + page_bytes - 1) / page_bytes * page_bytes;
    }
};

// What the handlers use: nothing of it may lie in a watched page, so it is static.
struct State {
    std::array<Watched, TouchedLines::ranges_max> ranges;
    std::size_t range_count = 0;
    Side side = Side::requester;
    std::uintptr_t page_bytes = 4096;
    std::array<std::uintptr_t, pages_of_one_instruction_max> open_pages{};
    std::size_t open_count = 0;
    struct sigaction old_fault {};
    struct sigaction old_trap {};
    bool is_made = false;
    bool has_handlers = false;
};
State state;

void note(Watched& range, std::uintptr_t address, bool is_write) noexcept {
    std::uint8_t& copies =
        range.copies[(address - range.begin / cache_line_bytes * cache_line_bytes) / cache_line_bytes];
    const std::uint8_t own = bit_of(state.side);
    const bool has = (copies & own) != 0;
    const bool other_has = (copies & ~own) != 0;
    if (!is_write) {
        if (!has && other_has) ++range.moves.read_moves;
        copies |= own;
        return;
    }
    if (other_has) ++(has ? range.moves.upgrades : range.moves.write_moves);
    copies = own;
}

bool is_watched_page(std::uintptr_t page) noexcept {
    for (std::size_t i = 0; i < state.range_count; ++i)
        if (page >= state.ranges[i].first_page(state.page_bytes) &&
            page < state.ranges[i].end_page(state.page_bytes))
            return true;
    return false;
}

// A fault of our own making, or a bug: that gets its old handler back, and happens again.
void on_fault(int, siginfo_t* info, void* context) {
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    const std::uintptr_t page = address / state.page_bytes * state.page_bytes;
    if (!is_watched_page(page) || state.open_count == state.open_pages.size()) {
        sigaction(SIGSEGV, &state.old_fault, nullptr);
        return;
    }
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    const bool is_write = (registers[REG_ERR] & fault_was_a_write) != 0;
    for (std::size_t i = 0; i < state.range_count; ++i)
        if (Watched& range = state.ranges[i]; address >= range.begin && address < range.end)
            note(range, address, is_write);
    mprotect(reinterpret_cast<void*>(page), state.page_bytes, PROT_READ | PROT_WRITE);
    state.open_pages[state.open_count++] = page;
    registers[REG_EFL] |= trap_flag;
}

// Behind the instruction that faulted.
void on_trap(int, siginfo_t*, void* context) {
    while (state.open_count != 0)
        mprotect(reinterpret_cast<void*>(state.open_pages[--state.open_count]), state.page_bytes, PROT_NONE);
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~trap_flag;
}

void set_protection(int protection) {
    for (std::size_t i = 0; i < state.range_count; ++i) {
        const std::uintptr_t first = state.ranges[i].first_page(state.page_bytes);
        const int result = mprotect(reinterpret_cast<void*>(first),
                                    state.ranges[i].end_page(state.page_bytes) - first, protection);
        PROSA_ASSERT(result == 0, "pages of our own can be protected");
    }
}

absl::Status add(const MemoryRange& added) {
    Watched& range = state.ranges[state.range_count];
    range = {};
    range.begin = reinterpret_cast<std::uintptr_t>(added.begin);
    range.end = range.begin + added.bytes;
    range.line_count = added.bytes / cache_line_bytes + 2;
    void* const memory =
        mmap(nullptr, range.line_count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return make_error(absl::StatusCode::kResourceExhausted, "no memory for {} lines: {}",
                          range.line_count, std::strerror(errno));
    range.copies = static_cast<std::uint8_t*>(memory);
    ++state.range_count;
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TouchedLines>> TouchedLines::make(std::span<const MemoryRange> ranges) {
    if (is_sanitized)
        return make_error(absl::StatusCode::kUnimplemented, "a sanitizer's own accesses would be counted");
    PROSA_ASSERT(!state.is_made && ranges.size() <= ranges_max, "one watch at a time, of few ranges");
    state = {};
    state.is_made = true;
    state.page_bytes = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    std::unique_ptr<TouchedLines> made(new TouchedLines);
    for (const MemoryRange& range : ranges)
        if (const absl::Status added = add(range); !added.ok()) return added;
    struct sigaction action {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = on_fault;
    sigaction(SIGSEGV, &action, &state.old_fault);
    action.sa_sigaction = on_trap;
    sigaction(SIGTRAP, &action, &state.old_trap);
    state.has_handlers = true;
    return made;
}

TouchedLines::~TouchedLines() {
    if (state.has_handlers) {
        sigaction(SIGSEGV, &state.old_fault, nullptr);
        sigaction(SIGTRAP, &state.old_trap, nullptr);
    }
    for (std::size_t i = 0; i < state.range_count; ++i)
        munmap(state.ranges[i].copies, state.ranges[i].line_count);
    state = {};
}

void TouchedLines::begin_watch(Side side) {
    state.side = side;
    set_protection(PROT_NONE);
}

void TouchedLines::end_watch() { set_protection(PROT_READ | PROT_WRITE); }

LineMoves TouchedLines::moves_of(std::size_t range) const { return state.ranges.at(range).moves; }

void TouchedLines::clear_moves() {
    for (Watched& range : state.ranges) range.moves = {};
}

}  // namespace prosa::bench
