#include "bench/costs/counting_allocator.hpp"

#include <mimalloc.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

// The linker gives mimalloc's function this name, and ours to those who call mimalloc's.
extern "C" void* __real_mi_malloc_aligned(std::size_t bytes, std::size_t alignment);

namespace prosa::bench {
namespace {

// Initialised without code, so that the first allocation of a thread may count.
thread_local constinit AllocationCount allocation_count{0};

void count_one() noexcept {
    allocation_count.store(allocation_count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void* allocate(std::size_t bytes) noexcept {
    count_one();
    return mi_malloc(bytes);
}

void* allocate_aligned(std::size_t bytes, std::size_t alignment) noexcept {
    count_one();
    return __real_mi_malloc_aligned(bytes, alignment);
}

void* or_throw(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

const AllocationCount& own_allocation_count() noexcept { return allocation_count; }

}  // namespace prosa::bench

using prosa::bench::allocate;
using prosa::bench::allocate_aligned;
using prosa::bench::count_one;
using prosa::bench::or_throw;

extern "C" {

void* __wrap_mi_malloc_aligned(std::size_t bytes, std::size_t alignment) {
    return allocate_aligned(bytes, alignment);
}

void* malloc(std::size_t bytes) noexcept { return allocate(bytes); }

void* calloc(std::size_t count, std::size_t bytes) noexcept {
    count_one();
    return mi_calloc(count, bytes);
}

void* realloc(void* memory, std::size_t bytes) noexcept {
    count_one();
    return mi_realloc(memory, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    return allocate_aligned(bytes, alignment);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
    return allocate_aligned(bytes, alignment);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
    *memory = allocate_aligned(bytes, alignment);
    return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

void* operator new(std::size_t bytes) { return or_throw(allocate(bytes)); }
void* operator new[](std::size_t bytes) { return or_throw(allocate(bytes)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return or_throw(allocate_aligned(bytes, static_cast<std::size_t>(alignment)));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return or_throw(allocate_aligned(bytes, static_cast<std::size_t>(alignment)));
}
