// test/support/temporary_folder.hpp: a folder of a test's own, removed with its content.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace prosa::test {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "prosa-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

    // The path of a file in it, whether it exists or not.
    std::string file(std::string_view name) const { return (path_ / name).string(); }

    // Makes the folders on the way, too. Returns the path.
    std::filesystem::path write(std::string_view name, std::string_view text) const {
        const std::filesystem::path written = path_ / name;
        std::filesystem::create_directories(written.parent_path());
        std::ofstream(written, std::ios::binary) << text;
        return written;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace prosa::test
