// test/fuzz/memory_file.hpp: files in memory with a path, for functions that read files; and with a name in a
// folder, for those that look at it.
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>

#include "test/fuzz/fuzz_input.hpp"

namespace prosa::fuzz {

class MemoryFile {
  public:
    void fill(std::string_view text) {
        if (text == text_) return;
        text_ = text;
        const auto size = static_cast<::off_t>(text.size());
        const bool is_written = ::pwrite(descriptor_, text.data(), text.size(), 0) == size;
        expect(is_written && ::ftruncate(descriptor_, size) == 0, "the file in memory can be written");
    }

    const std::string& path() const noexcept { return path_; }

  private:
    std::string text_;
    int descriptor_ = ::memfd_create("fuzz", 0);
    std::string path_ = fmt::format("/proc/self/fd/{}", descriptor_);
};

// Removed at the end of the program; a finding leaves it behind.
class MemoryFolder {
  public:
    MemoryFolder() { expect(::mkdtemp(path_.data()) != nullptr, "a folder can be made"); }
    ~MemoryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    MemoryFolder(const MemoryFolder&) = delete;
    MemoryFolder& operator=(const MemoryFolder&) = delete;

    void add(const char* name, const MemoryFile& file) const {
        std::filesystem::create_symlink(file.path(), path() / name);
    }

    std::filesystem::path path() const { return path_; }

  private:
    std::string path_ = (std::filesystem::temp_directory_path() / "prosa_fuzz_XXXXXX").string();
};

}  // namespace prosa::fuzz
