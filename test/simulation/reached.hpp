// test/simulation/reached.hpp: the faults and rare branches that a run over many seeds must have reached.
//
// A simulation that never reaches a branch says nothing about it; so whoever changes the draws learns from
// this list what is no longer tried.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace prosa::simulation {

// clang-format off
#define PROSA_REACHED(NAME)                                                                                 \
    /* outcomes at requesters, in the order of ServiceError */                                              \
    NAME(outcome_none) NAME(outcome_unreachable) NAME(outcome_timeout) NAME(outcome_protocol)               \
    NAME(outcome_overloaded) NAME(outcome_dropped) NAME(outcome_shutting_down)                              \
    /* claims */                                                                                            \
    NAME(refused_unreachable) NAME(refused_credit) NAME(refused_ring) NAME(refused_memory)                  \
    NAME(refused_shutting_down) NAME(refused_pending) NAME(claim_aborted) NAME(claims_overlapped) NAME(request_in_block)          \
    NAME(request_too_large) NAME(sent_in_outcome_handler)                                                   \
    /* providers */                                                                                         \
    NAME(answer_in_block) NAME(answer_too_large) NAME(answered_error) NAME(left_unanswered)                 \
    NAME(answered_twice) NAME(kept_answered_twice) NAME(answer_aborted) NAME(kept_and_dropped)              \
    NAME(kept_and_held) NAME(keep_refused) NAME(kept_dropped_by_end) NAME(answered_late)                    \
    NAME(expired_before_handler) NAME(outbox_used) NAME(late_reply_dropped) NAME(unreachable_incarnation)   \
    NAME(relayed) NAME(relay_destroyed) NAME(spawn_refused) NAME(answered_nobody)                                                                     \
    /* incarnations */                                                                                      \
    NAME(threw_recoverable) NAME(threw_fatal) NAME(threw_other) NAME(failed_quietly)                        \
    NAME(threw_in_open_answer) NAME(threw_in_coroutine) NAME(threw_in_timer) NAME(threw_in_turn)            \
    NAME(threw_in_outcome) NAME(start_failed) NAME(start_threw) NAME(factory_threw) NAME(abandoned)         \
    NAME(backed_off) NAME(crashed_fatal) NAME(crashed_by_intensity) NAME(restart_storm)                     \
    /* policies, in the order of Policy */                                                                  \
    NAME(policy_round_robin) NAME(policy_least_outstanding) NAME(policy_primary_backup)                     \
    NAME(policy_sticky)                                                                                     \
    /* shared queue, router, floods, clients */                                                             \
    NAME(shared_by_two_shards) NAME(shared_without_shard) NAME(router_passed_answer)                        \
    NAME(router_passed_error) NAME(router_refused) NAME(flooded_both_ways) NAME(client_came)                \
    NAME(client_left_in_flight) NAME(client_outlived_instance)                                              \
    /* operators */                                                                                         \
    NAME(restarted_by_operator) NAME(restarted_while_down) NAME(removed_with_kept)                          \
    NAME(removed_with_queued) NAME(added_while_running) NAME(withdrawn) NAME(restored) NAME(commanded)      \
    NAME(configured)                                                                                        \
    /* time and turns */                                                                                    \
    NAME(clock_jumped) NAME(reactor_hung) NAME(reactor_recovered) NAME(main_stood_still)                    \
    NAME(table_pinned) NAME(timer_fired) NAME(timer_cancelled)                                              \
    /* the end */                                                                                           \
    NAME(stopped_at_rest) NAME(stopped_under_load) NAME(stopped_twice) NAME(stopped_by_processor)           \
    NAME(stopped_by_signal) NAME(stopped_at_start) NAME(stop_timed_out) NAME(ended_with_hung_reactor)
// clang-format on

enum class Branch : std::uint8_t {
#define PROSA_NAME(name) name,
    PROSA_REACHED(PROSA_NAME)
#undef PROSA_NAME
        count_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Branch::count_)> branch_names{
#define PROSA_NAME(name) #name,
    PROSA_REACHED(PROSA_NAME)
#undef PROSA_NAME
};

#undef PROSA_REACHED

// How often each was reached, over all seeds of the process.
class Reached {
  public:
    void add(Branch branch, std::uint64_t times = 1) noexcept {
        counts_[static_cast<std::size_t>(branch)] += times;
    }
    std::uint64_t count(Branch branch) const noexcept { return counts_[static_cast<std::size_t>(branch)]; }

  private:
    std::array<std::uint64_t, static_cast<std::size_t>(Branch::count_)> counts_{};
};

}  // namespace prosa::simulation
