#include "test/apps/prosa/child_program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "apps/prosa/prosa_main.hpp"
#include "test/apps/prosa/program_text.hpp"

namespace prosa {
namespace {

void redirect(const std::filesystem::path& path, int descriptor) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(99);
}

// What the shell of the tests sets for its own instances is nothing to the child.
void forget_overrides() {
    std::vector<std::string> names;
    for (char** variable = environ; *variable != nullptr; ++variable)
        if (const std::string_view text = *variable; text.starts_with("PROSA_"))
            names.emplace_back(text.substr(0, text.find('=')));
    for (const std::string& name : names) ::unsetenv(name.c_str());
}

}  // namespace

ChildProgram::ChildProgram(std::vector<std::string> arguments, Environment environment,
                           const ProcessorRegistry* own_kinds) {
    std::fflush(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ != 0) return;
    redirect(folder_.path() / "output", STDOUT_FILENO);
    redirect(folder_.path() / "errors", STDERR_FILENO);
    forget_overrides();
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<const char*> argv{"prosa"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    const int exit_code = prosa_main(static_cast<int>(argv.size()), argv.data(), own_kinds);
    std::fflush(nullptr);
    ::_exit(exit_code);
}

ChildProgram::~ChildProgram() {
    if (has_ended()) return;
    ::kill(pid_, SIGKILL);
    wait();
}

bool ChildProgram::wait_for_error_text(std::string_view text) {
    for (;;) {
        const bool was_last_look = has_ended();
        if (errors().find(text) != std::string::npos) return true;
        if (was_last_look) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void ChildProgram::signal(int number) const { ::kill(pid_, number); }

bool ChildProgram::has_ended() {
    if (exit_code_ >= 0) return true;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

int ChildProgram::wait() {
    while (!has_ended()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return exit_code_;
}

std::string ChildProgram::output() const { return read_file(folder_.path() / "output"); }
std::string ChildProgram::errors() const { return read_file(folder_.path() / "errors"); }

}  // namespace prosa
