// core/base/huge_pages.hpp: asks the kernel to back large memory with pages of 2 MiB.
//
// Threads   any.
// Cost      one system call, for 2 MiB and more. The first touch of such a page clears all of it.
// Limits    a wish: the kernel grants it while transparent huge pages are not `never` and it finds 2 MiB in one piece,
//           and takes small pages otherwise. The warnings of an instance and `prosa topology` say when it never does.
// Source    madvise(2), MADV_HUGEPAGE.
#pragma once

#include <cstddef>

#include "core/base/export.hpp"

namespace prosa {

inline constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

// For memory that was not touched yet. Returns how many bytes, all whole huge pages, it asked for: 0 when the memory
// holds none, or the kernel knows no huge pages.
PROSA_API std::size_t prefer_huge_pages(void* memory, std::size_t bytes) noexcept;

}  // namespace prosa
