// test/apps/prosa/child_program.hpp: prosa_main in a process of its own, its output in memory.
//
// Threads   the test's only one: a child is forked from it, so nothing may run beside it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bus/processor_registry.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa {

using test::TemporaryFolder;

class ChildProgram {
  public:
    using Environment = std::vector<std::pair<std::string, std::string>>;

    explicit ChildProgram(std::vector<std::string> arguments, Environment environment = {},
                          const ProcessorRegistry* own_kinds = nullptr);
    ~ChildProgram();  // kills it when nobody waited
    ChildProgram(const ChildProgram&) = delete;
    ChildProgram& operator=(const ChildProgram&) = delete;

    // Waits until its standard error holds `text`; false when it ended before.
    bool wait_for_error_text(std::string_view text);
    void signal(int number) const;

    // Its exit code, or 128 + the signal that ended it.
    int wait();

    std::string output() const;
    std::string errors() const;

  private:
    bool has_ended();

    TemporaryFolder folder_;
    pid_t pid_ = -1;
    int exit_code_ = -1;
};

}  // namespace prosa
