// counted_program COUNT: one marked thread makes COUNT system calls between the marks while another makes
// many.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "apps/prosa/bench/syscall_mark.hpp"

using prosa::bench::mark;
using prosa::bench::SyscallMark;

int main(int argc, char** argv) {
    const int count = argc == 2 ? std::atoi(argv[1]) : 0;
    std::atomic<int> other_count{0};
    std::atomic<bool> has_ended{false};
    std::thread other([&] {
        while (!has_ended) {
            syscall(SYS_gettid);
            ++other_count;
        }
    });
    std::thread([&] {
        mark(SyscallMark::count_this_thread);
        syscall(SYS_getppid);
        mark(SyscallMark::begin);
        for (int i = 0; i < count; ++i) syscall(SYS_getppid);
        for (const int seen = other_count; other_count == seen;) {
        }
        mark(SyscallMark::end);
        syscall(SYS_getppid);
    }).join();
    has_ended = true;
    other.join();
    std::puts("done");
    return EXIT_SUCCESS;
}
