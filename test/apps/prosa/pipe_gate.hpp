// test/apps/prosa/pipe_gate.hpp: holds up a handler of a forked program until the test lets it go on.
//
// Threads   any, of any process that was forked since it was made.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "core/control/file_descriptor.hpp"

namespace prosa::test {

class PipeGate {
  public:
    PipeGate() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reading_ = FileDescriptor(ends[0]);
        writing_ = FileDescriptor(ends[1]);
    }

    // Returns when the gate is open.
    void pass() const noexcept {
        char byte = 0;
        (void)!::read(reading_.get(), &byte, 1);
    }
    // For as many as will come.
    void open() const {
        const std::string bytes(64, 'x');
        REQUIRE(::write(writing_.get(), bytes.data(), bytes.size()) == 64);
    }

  private:
    FileDescriptor reading_;
    FileDescriptor writing_;
};

}  // namespace prosa::test
