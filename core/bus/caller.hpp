// core/bus/caller.hpp: one party that sends requests through a Requester: a processor's queue, or a client.
//
// Threads   the Requester's; counters and latency are read by any.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/cache_line.hpp"
#include "core/base/ids.hpp"
#include "core/base/service_error.hpp"
#include "core/bus/outcome.hpp"
#include "core/bus/service_table.hpp"
#include "core/stats/counter.hpp"
#include "core/stats/counter_block.hpp"
#include "core/stats/interval_histogram.hpp"

namespace prosa {

enum class CallerCounter : std::uint8_t {
    accepted,      // requests committed; each has exactly one outcome
    outcome_none,  // outcomes by ServiceError, in the order of its codes
    outcome_unreachable,
    outcome_timeout,
    outcome_protocol,
    outcome_overloaded,
    outcome_dropped,
    outcome_shutting_down,
    abandoned,            // the incarnation that waited for the outcome ended first
    late,                 // replies after the outcome was reported
    refused_unreachable,  // claims without a provider
    refused_credit,       // claims refused because every provider was out of credit
    refused_ring,         // ... out of room in its ring
    refused_memory,       // ... because no block or no pending entry was left
    count_,
};

// Latencies up to a minute, 2 significant digits: 25 KB per caller.
inline constexpr HdrRange latency_range{1, 60 * ns_per_s, 2};

class Caller {
  public:
    explicit Caller(ProviderId who_calls = {}) : latency(latency_range), who(who_calls) {}
    virtual ~Caller() = default;
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    // Exactly once for each committed request that was not abandoned. Must not throw: what it calls may.
    virtual void on_outcome(const Outcome& outcome) noexcept = 0;

    CounterBlock<CallerCounter> counters;
    IntervalHistogram latency;  // of outcomes that are responses, commit to outcome
    const ProviderId who;       // processor 0: a client

    // Unanswered requests by ProviderIndex: the credit in use.
    std::uint32_t outstanding(ProviderIndex provider) const noexcept {
        return outstanding_[value_of(provider)];
    }

  private:
    friend class Requester;
    friend class Claim;

    // Throws std::bad_alloc; what was there is still there.
    void resize(std::uint32_t providers, std::uint32_t services) {
        if (outstanding_.size() < providers) outstanding_.resize(providers);
        if (cursors_.size() < services) cursors_.resize(services);
    }

    std::vector<std::uint32_t> outstanding_;  // by ProviderIndex
    std::vector<std::uint32_t> cursors_;      // round robin position, by service
    std::uint16_t place_ = 0;                 // at its Requester, never given to another
};

}  // namespace prosa
