// test/fuzz/memory_file.hpp: a file in memory with a path, for functions that read files.
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string>

#include "test/fuzz/fuzz_input.hpp"

namespace prosa::fuzz {

class MemoryFile {
  public:
    // The next read begins at its start.
    void fill(std::string_view text) {
        const auto size = static_cast<::off_t>(text.size());
        const bool is_written = ::pwrite(descriptor_, text.data(), text.size(), 0) == size;
        expect(is_written && ::ftruncate(descriptor_, size) == 0 && ::lseek(descriptor_, 0, SEEK_SET) == 0,
               "the file in memory can be written");
    }

    int descriptor() const noexcept { return descriptor_; }
    const std::string& path() const noexcept { return path_; }

  private:
    int descriptor_ = ::memfd_create("fuzz", 0);
    std::string path_ = fmt::format("/proc/self/fd/{}", descriptor_);
};

}  // namespace prosa::fuzz
