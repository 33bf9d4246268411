#include "test/faults/failing_memory.hpp"

#include <dlfcn.h>
#include <malloc.h>
#include <mimalloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace prosa::test {
namespace {

struct State {
    std::uint64_t count;
    std::uint64_t which;
    LiveMemory live;
    bool is_armed;
    bool is_spared;  // by a failure elsewhere
    bool lasts;
    bool has_failed;
};
thread_local constinit State state{};

constexpr std::uint64_t none = ~std::uint64_t{0};
std::atomic<std::uint64_t> left_everywhere{none};  // before the one that fails
std::atomic<bool> has_failed_everywhere{false};
std::atomic<bool> lasts_everywhere{false};

bool must_fail_everywhere() noexcept {
    if (state.is_spared) return false;
    if (lasts_everywhere.load(std::memory_order_relaxed) &&
        has_failed_everywhere.load(std::memory_order_relaxed))
        return true;
    if (left_everywhere.load(std::memory_order_relaxed) == none) return false;
    if (left_everywhere.fetch_sub(1, std::memory_order_relaxed) != 0) return false;
    has_failed_everywhere.store(true, std::memory_order_relaxed);
    return true;
}

bool must_fail() noexcept {
    if (must_fail_everywhere()) return true;
    if (!state.is_armed) return false;
    const std::uint64_t number = state.count++;
    const bool fails = number == state.which || (state.lasts && number > state.which);
    state.has_failed = state.has_failed || fails;
    return fails;
}

void count_live(std::int64_t blocks, std::size_t bytes) noexcept {
    state.live.blocks += blocks;
    state.live.bytes += blocks * static_cast<std::int64_t>(bytes);
}

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (must_fail()) return nullptr;
    void* const memory = alignment <= alignof(std::max_align_t)
                             ? std::malloc(bytes == 0 ? 1 : bytes)
                             : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory != nullptr) count_live(1, malloc_usable_size(memory));
    return memory;
}

void release(void* memory) noexcept {
    if (memory == nullptr) return;
    count_live(-1, malloc_usable_size(memory));
    std::free(memory);
}

void* allocate_or_throw(std::size_t bytes, std::size_t alignment = 1) {
    void* const memory = allocate(bytes, alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

void FailingMemory::arm(std::uint64_t which, bool lasts) noexcept {
    state.count = 0;
    state.which = which;
    state.lasts = lasts;
    state.has_failed = false;
    has_failed_everywhere.store(false, std::memory_order_relaxed);
    state.is_armed = true;
}
void FailingMemory::arm_everywhere(std::uint64_t which, bool lasts) noexcept {
    state.has_failed = false;
    has_failed_everywhere.store(false, std::memory_order_relaxed);
    lasts_everywhere.store(lasts, std::memory_order_relaxed);
    left_everywhere.store(which, std::memory_order_relaxed);
}
void FailingMemory::arm_elsewhere(std::uint64_t which, bool lasts) noexcept {
    state.is_spared = true;
    arm_everywhere(which, lasts);
}
void FailingMemory::disarm() noexcept {
    state.is_armed = false;
    state.is_spared = false;
    lasts_everywhere.store(false, std::memory_order_relaxed);
    left_everywhere.store(none, std::memory_order_relaxed);
}
std::uint64_t FailingMemory::allocations() noexcept { return state.count; }
bool FailingMemory::has_failed() noexcept {
    return state.has_failed || has_failed_everywhere.load(std::memory_order_relaxed);
}
LiveMemory FailingMemory::live() noexcept { return state.live; }

}  // namespace prosa::test

using prosa::test::allocate;
using prosa::test::allocate_or_throw;
using prosa::test::release;

// For libraries, too: clang would hide those that it does not declare itself.
#pragma GCC visibility push(default)
void* operator new(std::size_t bytes) { return allocate_or_throw(bytes); }
void* operator new[](std::size_t bytes) { return allocate_or_throw(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes, 1); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return allocate_or_throw(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return allocate_or_throw(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
#pragma GCC visibility pop

// The memory of message pools.
extern "C" void* mi_malloc_aligned(std::size_t bytes, std::size_t alignment) noexcept {
    static const auto original =
        reinterpret_cast<decltype(&mi_malloc_aligned)>(dlsym(RTLD_NEXT, "mi_malloc_aligned"));
    void* const memory = prosa::test::must_fail() ? nullptr : original(bytes, alignment);
    if (memory != nullptr) prosa::test::count_live(1, mi_usable_size(memory));
    return memory;
}
extern "C" void mi_free(void* memory) noexcept {
    static const auto original = reinterpret_cast<decltype(&mi_free)>(dlsym(RTLD_NEXT, "mi_free"));
    if (memory != nullptr) prosa::test::count_live(-1, mi_usable_size(memory));
    original(memory);
}
