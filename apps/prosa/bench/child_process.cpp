#include "apps/prosa/bench/child_process.hpp"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace prosa::bench {
namespace {

// Between fork and exec only what is safe after a signal.
[[noreturn]] void become(char* const* arguments, int output_fd, bool is_traced) {
    dup2(output_fd, STDOUT_FILENO);
    if (is_traced && ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

}  // namespace

absl::StatusOr<StartedChild> start_program(const std::filesystem::path& program,
                                           const std::vector<std::string>& arguments, bool is_traced) {
    if (access(program.c_str(), X_OK) != 0)
        return not_found("{}: {}", program.string(), std::strerror(errno));
    std::vector<std::string> texts{program.string()};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return make_error(absl::StatusCode::kInternal, "pipe: {}", std::strerror(errno));
    const pid_t pid = fork();
    if (pid == 0) become(pointers.data(), ends[1], is_traced);
    close(ends[1]);
    if (pid > 0) return StartedChild{pid, ends[0]};
    close(ends[0]);
    return make_error(absl::StatusCode::kInternal, "fork: {}", std::strerror(errno));
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t count = 0; (count = read(fd, part.data(), part.size())) != 0;) {
        if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
        if (count < 0 && errno != EINTR) break;
    }
    return text;
}

absl::StatusOr<ChildOutput> run_program(const std::filesystem::path& program,
                                        const std::vector<std::string>& arguments) {
    const auto child = start_program(program, arguments, false);
    if (!child.ok()) return child.status();
    ChildOutput output;
    output.text = read_all(child->output_fd);
    close(child->output_fd);
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return output;
}

}  // namespace prosa::bench
