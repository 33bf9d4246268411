// core/reactor/queue_memory.hpp: traits of moodycamel's queues: their memory is C++'s, as all of the bus's, so it can be
// made to fail in tests; and whoever pushes can ask whether there was any.
//
// Threads   any; has_failed is each thread's own.
#pragma once

#include <concurrentqueue.h>

#include <cstddef>
#include <new>

namespace prosa {

struct QueueMemory : moodycamel::ConcurrentQueueDefaultTraits {
    static void* malloc(std::size_t bytes) noexcept {
        void* const memory = ::operator new(bytes, std::nothrow);
        if (memory == nullptr) has_failed = true;
        return memory;
    }
    static void free(void* memory) noexcept { ::operator delete(memory); }

    static inline thread_local bool has_failed = false;  // since this thread last made it false
};

}  // namespace prosa
