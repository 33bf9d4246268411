#include "core/bus/shared_queue.hpp"

#include <atomic>
#include <mutex>
#include <new>

#include "core/base/cache_line.hpp"
#include "core/reactor/queue_memory.hpp"

namespace prosa {
namespace {

constexpr std::size_t producers_max = 256;  // reactors and clients of an instance's life

}  // namespace

struct SharedQueue::Queue {
    explicit Queue(std::uint32_t capacity_messages)
        : messages(capacity_messages, 0, producers_max),
          spare(messages),
          capacity(static_cast<std::int64_t>(capacity_messages)) {
        if (!spare.valid()) throw std::bad_alloc();
    }

    // A thread's own part of the queue, when memory ran out in the middle of making it, is there and takes nothing for
    // ever: such threads share this one. False without memory, and while another is at it.
    bool try_push_spare(MessageBlock* message) noexcept {
        const std::unique_lock lock(spare_mutex, std::try_to_lock);
        return lock.owns_lock() && messages.enqueue(spare, message);
    }

    moodycamel::ConcurrentQueue<MessageBlock*, QueueMemory> messages;
    std::mutex spare_mutex;
    moodycamel::ProducerToken spare;
    const std::int64_t capacity;
    std::atomic<std::uint32_t> shard_count{0};
    // Reserved and queued messages. A bound only: the queue's own operations order what they carry.
    alignas(no_sharing_bytes) std::atomic<std::int64_t> count{0};
};

SharedQueue::SharedQueue(std::uint32_t capacity, std::vector<ReactorId> shards)
    : queue_(std::make_unique<Queue>(capacity)), shards_(std::move(shards)) {}

SharedQueue::~SharedQueue() = default;

bool SharedQueue::try_reserve() noexcept {
    if (queue_->count.fetch_add(1, std::memory_order_relaxed) < queue_->capacity) [[likely]]
        return true;
    cancel();
    return false;
}

void SharedQueue::cancel() noexcept { queue_->count.fetch_sub(1, std::memory_order_relaxed); }

bool SharedQueue::try_push(MessageBlock* message) noexcept {
    return queue_->messages.enqueue(message) || queue_->try_push_spare(message);
}

MessageBlock* SharedQueue::try_pop() noexcept {
    MessageBlock* message = nullptr;
    if (!queue_->messages.try_dequeue(message)) return nullptr;
    cancel();
    return message;
}

void SharedQueue::join() noexcept { queue_->shard_count.fetch_add(1, std::memory_order_relaxed); }

void SharedQueue::leave() noexcept { queue_->shard_count.fetch_sub(1, std::memory_order_relaxed); }

std::uint32_t SharedQueue::shard_count() const noexcept {
    return queue_->shard_count.load(std::memory_order_relaxed);
}

std::uint32_t SharedQueue::depth() const noexcept {
    return static_cast<std::uint32_t>(queue_->messages.size_approx());
}

}  // namespace prosa
