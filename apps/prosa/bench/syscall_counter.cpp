#include "apps/prosa/bench/syscall_counter.hpp"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>

#include "apps/prosa/bench/child_process.hpp"

namespace prosa::bench {
namespace {

constexpr int syscall_stop = SIGTRAP | 0x80;  // by PTRACE_O_TRACESYSGOOD

class Tracer {
  public:
    explicit Tracer(pid_t child) : child_(child) {}

    // Until the child has ended; returns its wait status.
    int run(SyscallCount& result) {
        for (;;) {
            int status = 0;
            const pid_t thread = waitpid(-1, &status, __WALL);
            if (thread < 0 && errno == EINTR) continue;
            if (thread < 0) return -1;
            if (WIFEXITED(status) || WIFSIGNALED(status)) {
                if (thread == child_) return status;
                continue;
            }
            go_on(thread, take_stop(thread, status, result));
        }
    }

  private:
    // Returns the signal to deliver.
    int take_stop(pid_t thread, int status, SyscallCount& result) {
        const int signal = WSTOPSIG(status);
        if (!has_options_) {
            ptrace(PTRACE_SETOPTIONS, thread, nullptr,
                   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
            has_options_ = true;
            return 0;  // the stop of exec
        }
        if (signal == syscall_stop) {
            take_syscall(thread, result);
            return 0;
        }
        const bool is_ptrace_event = status >> 16 != 0;
        const bool is_new_thread = signal == SIGSTOP;
        return is_ptrace_event || is_new_thread ? 0 : signal;
    }

    void take_syscall(pid_t thread, SyscallCount& result) {
        __ptrace_syscall_info info{};
        if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, reinterpret_cast<void*>(sizeof info), &info) <= 0) return;
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
        if (info.entry.nr == SYS_prctl && info.entry.args[0] == syscall_mark_option) {
            take_mark(thread, static_cast<SyscallMark>(info.entry.args[1]), result);
            return;
        }
        if (!is_counting_ || !counted_.contains(thread)) return;
        ++result.count;
        ++result.by_number[info.entry.nr];
    }

    void take_mark(pid_t thread, SyscallMark mark, SyscallCount& result) {
        switch (mark) {
            case SyscallMark::count_this_thread:
                counted_.insert(thread);
                result.thread_count = static_cast<std::uint32_t>(counted_.size());
                break;
            case SyscallMark::begin:
                is_counting_ = true;
                break;
            case SyscallMark::end:
                result.was_measured = is_counting_;
                is_counting_ = false;
                break;
        }
    }

    static void go_on(pid_t thread, int signal) {
        ptrace(PTRACE_SYSCALL, thread, nullptr, static_cast<std::uintptr_t>(signal));
    }

    const pid_t child_;
    std::set<pid_t> counted_;
    bool has_options_ = false;
    bool is_counting_ = false;
};

}  // namespace

absl::StatusOr<SyscallCount> count_syscalls(const std::filesystem::path& program,
                                            const std::vector<std::string>& arguments) {
    const auto child = start_program(program, arguments, true);
    if (!child.ok()) return child.status();
    SyscallCount result;
    const int status = Tracer(child->pid).run(result);
    result.output = read_all(child->output_fd);
    close(child->output_fd);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 126)
        return make_error(absl::StatusCode::kPermissionDenied, "this system lets no program trace another");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return make_error(absl::StatusCode::kInternal, "{} failed with wait status {:#x}", program.string(),
                          status);
    return result;
}

}  // namespace prosa::bench
