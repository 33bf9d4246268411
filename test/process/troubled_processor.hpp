// test/process/troubled_processor.hpp: answers with the request itself, and does what a provider should not.
//
// Threads   the reactor of its shard.
#pragma once

#include <time.h>

#include <string>
#include <utility>
#include <vector>

#include "core/bus/bus.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa::test {

struct TroubledOptions {
    std::vector<std::string> service_names;
    std::uint64_t throw_every = 0;  // requests; 0: never
    std::uint64_t keep_every = 0;   // kept until the end of the run; 0: none
    std::uint64_t hang_every = 0;   // requests whose handler takes hang_ns; 0: none
    Nanos hang_ns = 0;              // of CPU time: a busy machine makes a hang longer, not harmless
    Nanos start_ns = 0;             // that on_start takes
    bool hangs_at_shutdown = false;
};

class TroubledProcessor final : public Processor {
  public:
    explicit TroubledProcessor(TroubledOptions options) : options_(std::move(options)) {}

    absl::Status on_start() override {
        spin_for(options_.start_ns);
        bus().add_services(options_.service_names);
        return absl::OkStatus();
    }

    void on_request(Request& request) override {
        ++count_;
        if (options_.hang_every != 0 && count_ % options_.hang_every == 0) burn(options_.hang_ns);
        if (options_.throw_every != 0 && count_ % options_.throw_every == 0)
            throw ProcessorError::recoverable("thrown as configured");
        if (options_.keep_every != 0 && count_ % options_.keep_every == 0) {
            KeptRequest kept = request.keep();
            if (!kept) return void(request.fail(ServiceError::overloaded));
            kept_.push_back(std::move(kept));
            return;
        }
        (void)request.reply(request.body());
    }

    void on_shutdown() override {
        while (options_.hangs_at_shutdown) spin_for(ns_per_s);
    }

    void terminate() noexcept override { kept_.clear(); }

  private:
    static void spin_for(Nanos duration_ns) {
        const Nanos end_ns = monotonic_now_ns() + duration_ns;
        while (monotonic_now_ns() < end_ns) continue;
    }

    static Nanos cpu_now_ns() {
        timespec used{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return used.tv_sec * ns_per_s + used.tv_nsec;
    }
    static void burn(Nanos cpu_ns) {
        const Nanos end_ns = cpu_now_ns() + cpu_ns;
        while (cpu_now_ns() < end_ns) continue;
    }

    const TroubledOptions options_;
    std::uint64_t count_ = 0;
    std::vector<KeptRequest> kept_;
};

}  // namespace prosa::test
