#include "core/reactor/frame_pool.hpp"

#include <array>
#include <new>
#include <utility>

#include "core/base/sanitizer.hpp"

#ifdef PROSA_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) static_cast<void>(0)
#endif

namespace prosa {
namespace {

constexpr std::size_t class_bytes = 64;
constexpr std::size_t class_count = 32;

struct FreeFrame {
    FreeFrame* next;
};

// Trivial, so that frames may still be released while the thread's other objects are destroyed.
struct Pool {
    std::array<FreeFrame*, class_count> free;
    std::uint64_t heap_allocations;
    bool is_closed;
};
thread_local constinit Pool pool{};

// Gives the memory back when the thread ends.
struct PoolCloser {
    ~PoolCloser() {
        pool.is_closed = true;
        for (FreeFrame*& head : pool.free)
            while (head != nullptr) {
                ASAN_UNPOISON_MEMORY_REGION(head, sizeof(FreeFrame));
                ::operator delete(std::exchange(head, head->next));
            }
    }
};

void close_at_thread_end() { thread_local const PoolCloser closer; }

constexpr std::size_t class_of(std::size_t bytes) noexcept { return (bytes - 1) / class_bytes; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    if (size_class < class_count && pool.free[size_class] != nullptr) [[likely]] {
        FreeFrame* const frame = pool.free[size_class];
        ASAN_UNPOISON_MEMORY_REGION(frame, (size_class + 1) * class_bytes);
        pool.free[size_class] = frame->next;
        return frame;
    }
    close_at_thread_end();
    ++pool.heap_allocations;
    return ::operator new(size_class < class_count ? (size_class + 1) * class_bytes : bytes);
}

void release_frame(void* frame, std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    if (size_class >= class_count || pool.is_closed) return ::operator delete(frame);
    pool.free[size_class] = ::new (frame) FreeFrame{pool.free[size_class]};
    ASAN_POISON_MEMORY_REGION(frame, (size_class + 1) * class_bytes);
}

std::uint64_t frame_heap_allocations() noexcept { return pool.heap_allocations; }

}  // namespace prosa
