// test/core/bus/child_process.hpp: runs a piece of a test in a process of its own, for what ends a process.
//
// Fork only while no other thread of the test runs: every instance of the parent must have ended.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>

namespace prosa::test {

struct ChildResult {
    int exit_code = -1;  // -1: it did not leave by _exit
    int signal = 0;      // that ended it
    std::string output;  // standard error, the log
};

// The child leaves by _exit with what `body` returns; after a minute by SIGALRM.
inline ChildResult run_child(const std::function<int()>& body) {
    int ends[2];
    ChildResult result;
    if (::pipe(ends) != 0) return result;
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::alarm(60);
        std::signal(SIGABRT, SIG_DFL);  // an abort is the child's result, not a failed test
        ::_exit(body());
    }
    ::close(ends[1]);
    char part[4096];
    for (ssize_t bytes; (bytes = ::read(ends[0], part, sizeof part)) > 0;)
        result.output.append(part, static_cast<std::size_t>(bytes));
    ::close(ends[0]);
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return result;
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    return result;
}

}  // namespace prosa::test
