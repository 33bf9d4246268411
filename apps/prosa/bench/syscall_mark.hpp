// apps/prosa/bench/syscall_mark.hpp: what a program says to the one that counts its system calls.
//
// Threads   any; each mark speaks for the calling thread. Without a counting parent it does nothing.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace prosa::bench {

enum class SyscallMark : std::uint64_t {
    count_this_thread = 1,
    begin = 2,
    end = 3,
};

// In the program: a prctl of no known option, which the kernel refuses.
inline constexpr std::uint64_t syscall_mark_option = 0x5072'6f53;
inline void mark(SyscallMark mark) noexcept { syscall(SYS_prctl, syscall_mark_option, mark, 0, 0, 0); }

}  // namespace prosa::bench
