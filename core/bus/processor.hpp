// core/bus/processor.hpp: what users of the bus write: an autonomous unit that provides and consumes services.
//
// Threads   every call of one object comes from one reactor. A processor on N reactors is N objects (shards).
// Life      made by its definition, on_start, handlers, [on_shutdown], terminate, destroyed. A restart makes a
//           new object. terminate comes exactly once, however the run ends, also when on_start failed.
// Errors    an exception from a handler ends the incarnation: see ProcessorError. An unexpected message never
//           does: the defaults below ignore it or answer `dropped`.
// Cost      a handler that runs long delays everybody on its reactor; nothing else is delayed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/outcome.hpp"
#include "core/bus/processor_error.hpp"
#include "core/bus/request.hpp"

namespace prosa {

class Bus;

class PROSA_API Processor {
  public:
    virtual ~Processor() = default;

    // The queue is registered; now register services, resolve names, open what is needed. An error ends the run.
    virtual absl::Status on_start() { return absl::OkStatus(); }

    // A request, borrowed until the return: answer it in place, or keep() it.
    virtual void on_request(Request& request) { (void)request; }

    // The one outcome of a request of ours: on_response for success, on_error for everything else.
    virtual void on_response(const Outcome& outcome) { (void)outcome; }
    virtual void on_error(const Outcome& outcome) { (void)outcome; }

    // The service table changed; several changes may come as one call.
    virtual void on_service_table() {}

    virtual void on_timer(std::uint64_t token) { (void)token; }

    // An operator's command. What is returned is shown to the operator; an error is a refusal, and ends nothing.
    virtual absl::StatusOr<std::string> on_command(std::string_view command) {
        return invalid_argument("unknown command '{}'", command);
    }

    // The configuration changed.
    virtual void on_config() {}

    // The instance stops: begin nothing new. Requests in flight still get their outcome, requests from others
    // are still to be answered.
    virtual void on_shutdown() {}

    // Each turn, once bus().want_turns(true) was called: for sources that pace themselves. Returns when it next
    // has something to do, or no_deadline_ns; the reactor may sleep until then.
    virtual Nanos on_turn(Nanos now_ns) { return now_ns; }

    // The end of this run. Release what is held; requests can no longer be sent.
    virtual void terminate() noexcept {}

    // Valid from on_start to terminate.
    Bus& bus() noexcept {
        PROSA_ASSERT(bus_ != nullptr, "the bus is there from on_start on, not in the constructor");
        return *bus_;
    }

  private:
    friend class Shard;
    Bus* bus_ = nullptr;
};

}  // namespace prosa
