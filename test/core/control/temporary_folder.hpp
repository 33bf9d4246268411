// test/core/control/temporary_folder.hpp: a folder that is removed with its content.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace prosa::test {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "prosa-control-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    // Of a file in it; empty: of the folder.
    std::string path(std::string_view file) const {
        return file.empty() ? path_ : path_ + "/" + std::string(file);
    }

  private:
    std::string path_;
};

}  // namespace prosa::test
