// core/bus/bus.hpp: what a processor sees of the bus.
//
// Threads   the processor's reactor only.
// Life      from the processor's on_start to its terminate.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/ids.hpp"
#include "core/bus/call.hpp"
#include "core/bus/outcome.hpp"
#include "core/bus/processor_definition.hpp"
#include "core/bus/requester.hpp"
#include "core/reactor/task.hpp"

namespace prosa {

class Shard;

// Names a timer until it fires or is cancelled; never reused.
enum class TimerId : std::uint64_t {};

class PROSA_API Bus {
  public:
    explicit Bus(Shard& shard, Requester& requester) noexcept : shard_(shard), requester_(requester) {}
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    const ShardInfo& info() const noexcept;
    std::string_view instance_name() const noexcept;

    // --- services -----------------------------------------------------------------------------------------------
    // The handle of a name, for ever. Also opens the way to its providers, so call it when the processor starts.
    // Throws ProcessorError (fatal) when the instance has too many names.
    ServiceHandle resolve(std::string_view name);
    bool has_provider(ServiceHandle service) const noexcept;

    // Announces that this queue provides (or no longer provides) the names; requests come once Main has
    // published. Withdrawing does not stop requests that are under way.
    void add_services(std::vector<std::string> names);
    void remove_services(std::vector<std::string> names);
    // The same for all queues of this processor that are registered.
    void add_processor_services(std::vector<std::string> names);
    void remove_processor_services(std::vector<std::string> names);

    // --- requests -----------------------------------------------------------------------------------------------
    // Room for one request, to be filled in place: see Claim.
    Claim claim(ServiceHandle service, const SendOptions& options = {}) noexcept;

    // Sends a copy of `body`. Refused as overloaded when the body is larger than a block.
    SendResult send(ServiceHandle service, std::span<const std::byte> body,
                    const SendOptions& options = {}) noexcept;

    // co_await bus.call(...): the outcome, its body readable until the next suspension. A refusal comes as an
    // outcome, too. timeout_ns 0: the instance's call_timeout.
    Call call(ServiceHandle service, std::span<const std::byte> body, Nanos timeout_ns = 0) noexcept;

    // Runs a coroutine of this incarnation: destroyed when the incarnation ends. An exception that leaves it ends
    // the incarnation. False when coroutines_max of them are suspended: the task is then destroyed.
    static constexpr std::size_t coroutines_max = 65536;
    [[nodiscard]] bool spawn(Task<void> task);

    // --- time ---------------------------------------------------------------------------------------------------
    // The time of this turn: one reading for all its messages. clock_now_ns reads the clock.
    Nanos now_ns() const noexcept { return requester_.now_ns(); }
    Nanos clock_now_ns() const noexcept;

    // on_timer(token) comes at the deadline or up to a turn later, never early. Allocates only when more timers
    // are pending than ever before.
    TimerId set_timer(Nanos deadline_ns, std::uint64_t token);
    // False when it fired already.
    bool cancel_timer(TimerId timer) noexcept;

    // on_turn is called each turn from now on, or no longer.
    void want_turns(bool wanted) noexcept;

    // --- the run ------------------------------------------------------------------------------------------------
    // Ends this incarnation after the handler returns, as if it had thrown `error`.
    void fail(const ProcessorError& error);

    // Asks Main to stop the whole instance. A stop that has begun goes on as it is.
    void stop_instance(std::string reason);
    bool is_stopping() const noexcept;

  private:
    Shard& shard_;
    Requester& requester_;
    Clock clock_;
};

}  // namespace prosa
