// core/bus/shard.hpp: one queue of a processor on its reactor, over all its incarnations.
//
// Threads   its reactor's; reports read the counters from any.
// Errors    exceptions of user code end here: the first one of an incarnation is kept, the node ends the
//           incarnation from the loop.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bus/bus.hpp"
#include "core/bus/caller.hpp"
#include "core/bus/main_event.hpp"
#include "core/bus/processor.hpp"
#include "core/bus/processor_definition.hpp"
#include "core/bus/responder.hpp"
#include "core/bus/shared_queue.hpp"
#include "core/reactor/task_set.hpp"
#include "core/reactor/timer_wheel.hpp"

namespace prosa {

class BusNode;

struct ShardTimer : TimerNode {
    Shard* shard = nullptr;
    std::uint64_t token = 0;
    std::uint32_t generation = 0;  // of its place: a TimerId of an earlier use does not match
    std::uint32_t index = 0;
};

class Shard final : public Caller, public Callee {
  public:
    Shard(BusNode& node, QueueKey key, std::shared_ptr<const ProcessorDefinition> definition,
          std::shared_ptr<SharedQueue> shared_queue);
    ~Shard() override;

    // Makes the processor and runs on_start. A failure is kept: the node ends the incarnation at once.
    void begin(Incarnation incarnation);
    // terminate, then everything the incarnation held goes: coroutines, kept requests, timers, pending requests.
    void end() noexcept;

    bool is_running() const noexcept { return processor_ != nullptr; }
    const std::optional<ProcessorError>& failure() const noexcept { return failure_; }
    void fail(const ProcessorError& error);

    const ShardInfo& info() const noexcept { return info_; }
    const QueueKey& key() const noexcept { return key_; }
    const std::shared_ptr<SharedQueue>& shared_queue() const noexcept {
        return shared_queue_;
    }  // may be null
    BusNode& node() noexcept { return node_; }
    const BusNode& node() const noexcept { return node_; }

    void on_outcome(const Outcome& outcome) noexcept override;
    void on_request(Request& request) noexcept override;
    void on_timer(ShardTimer& timer) noexcept;
    void on_service_table() noexcept;
    void on_shutdown() noexcept;
    void on_config() noexcept;
    // Throws std::bad_alloc for want of its own memory only; the processor is not asked twice then.
    absl::StatusOr<std::string> on_command(std::string_view command);
    Nanos on_turn(Nanos now_ns) noexcept;

    bool wants_turns() const noexcept { return wants_turns_; }
    void want_turns(bool wanted) noexcept;

    bool spawn(Task<void> task);
    // Destroys coroutines that ended; what left one as an exception is the failure of this incarnation.
    void sweep_coroutines() noexcept;

    TimerId set_timer(Nanos deadline_ns, std::uint64_t token);
    bool cancel_timer(TimerId id) noexcept;

  private:
    template <typename Handler>
    void guard(Handler&& handler) noexcept;
    void fail_with(const char* text) noexcept;
    static const ProcessorError& out_of_memory();
    void open();
    void free_timer(ShardTimer& timer) noexcept;

    BusNode& node_;
    const QueueKey key_;
    const std::shared_ptr<const ProcessorDefinition> definition_;
    const std::shared_ptr<SharedQueue> shared_queue_;
    ShardInfo info_;
    Bus bus_;
    std::unique_ptr<Processor> processor_;
    std::optional<ProcessorError> failure_;
    std::optional<EndpointTag> endpoint_;
    TaskSet coroutines_;
    std::deque<ShardTimer> timers_;  // stable addresses; grows to the high water only
    std::vector<std::uint32_t> free_timers_;
    bool wants_turns_ = false;
};

}  // namespace prosa
