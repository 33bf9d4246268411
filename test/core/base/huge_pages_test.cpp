#include "core/base/huge_pages.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace prosa {
namespace {

// Address space that nobody touched.
struct Mapping {
    explicit Mapping(std::size_t size)
        : bytes(size),
          start(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                       0)) {
        REQUIRE(start != MAP_FAILED);
    }
    ~Mapping() { ::munmap(start, bytes); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    std::size_t bytes;
    void* start;
};

// True when the kernel notes the wish for huge pages for the mapping that holds this address.
bool is_advised(const void* address) {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream smaps("/proc/self/smaps");
    bool is_inside = false;
    for (std::string line; std::getline(smaps, line);) {
        std::uintptr_t first = 0, end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &first, &end) == 2)
            is_inside = first <= wanted && wanted < end;
        if (is_inside && line.starts_with("VmFlags:")) return line.find(" hg") != std::string::npos;
    }
    return false;
}

}  // namespace

TEST_CASE("memory that holds no whole huge page is left alone") {
    const Mapping mapping(4 * huge_page_bytes);
    CHECK(prefer_huge_pages(mapping.start, huge_page_bytes - 1) == 0);
    CHECK(prefer_huge_pages(mapping.start, 0) == 0);
    CHECK_FALSE(is_advised(mapping.start));
}

TEST_CASE("the kernel is asked for the whole huge pages inside, where it has any") {
    const Mapping mapping(4 * huge_page_bytes);
    const std::size_t asked_bytes = prefer_huge_pages(mapping.start, mapping.bytes);
    if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) {
        CHECK(asked_bytes == 0);
        return;
    }
    CHECK(asked_bytes >= 3 * huge_page_bytes);
    CHECK(asked_bytes % huge_page_bytes == 0);
    CHECK(is_advised(static_cast<std::byte*>(mapping.start) + 2 * huge_page_bytes));
}

}  // namespace prosa
