#include "test/faults/failing_memory.hpp"

#include <dlfcn.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace prosa::test {
namespace {

struct State {
    std::uint64_t count;
    std::uint64_t which;
    std::int64_t live;
    std::int32_t safe_depth;
    bool is_armed;
    bool lasts;
    bool has_failed;
};
thread_local constinit State state{};

bool must_fail() noexcept {
    if (!state.is_armed || state.safe_depth != 0) return false;
    const std::uint64_t number = state.count++;
    const bool fails = number == state.which || (state.lasts && number > state.which);
    state.has_failed = state.has_failed || fails;
    return fails;
}

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (must_fail()) return nullptr;
    void* const memory = alignment <= alignof(std::max_align_t)
                             ? std::malloc(bytes == 0 ? 1 : bytes)
                             : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory != nullptr) ++state.live;
    return memory;
}

void release(void* memory) noexcept {
    if (memory == nullptr) return;
    --state.live;
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
    state.is_armed = true;
}
void FailingMemory::disarm() noexcept { state.is_armed = false; }
std::uint64_t FailingMemory::allocations() noexcept { return state.count; }
bool FailingMemory::has_failed() noexcept { return state.has_failed; }
std::int64_t FailingMemory::live_count() noexcept { return state.live; }

SafeMemory::SafeMemory() noexcept { ++state.safe_depth; }
SafeMemory::~SafeMemory() { --state.safe_depth; }

}  // namespace prosa::test

using prosa::test::allocate;
using prosa::test::allocate_or_throw;
using prosa::test::release;

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

// The memory of message pools.
extern "C" void* mi_malloc_aligned(std::size_t bytes, std::size_t alignment) noexcept {
    using Allocate = void* (*)(std::size_t, std::size_t);
    static const auto original = reinterpret_cast<Allocate>(dlsym(RTLD_NEXT, "mi_malloc_aligned"));
    return prosa::test::must_fail() ? nullptr : original(bytes, alignment);
}
