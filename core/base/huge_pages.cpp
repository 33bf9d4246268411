#include "core/base/huge_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace prosa {

std::size_t prefer_huge_pages(void* memory, std::size_t bytes) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t first = (address + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
    const std::uintptr_t end = (address + bytes) / huge_page_bytes * huge_page_bytes;
    if (first >= end) return 0;
    auto* const start = static_cast<std::byte*>(memory) + (first - address);
    return ::madvise(start, end - first, MADV_HUGEPAGE) == 0 ? end - first : 0;
}

}  // namespace prosa
