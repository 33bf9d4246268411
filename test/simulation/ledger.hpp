// test/simulation/ledger.hpp: every request of one instance and what became of it.
//
// Forbids   an accepted request with two outcomes, or with none at the end; an outcome of an incarnation that
// is gone;
//           a request that two handlers got; the answer to another request, or another than was written; a
//           body that changed; a timeout before its deadline; none, though its requester turned after it;
//           a timeout though both sides had turned often enough for its answer to come;
//           an id given twice; another id or correlation on the way, also behind a router;
//           work that is begun after it; a latency that is not the time between.
// Units     numbers are 0-based and given once per instance; a body starts with its number and a checksum.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/base/body_buffer.hpp"
#include "core/bus/outcome.hpp"
#include "test/simulation/delivery.hpp"
#include "test/simulation/event_log.hpp"
#include "test/simulation/reached.hpp"
#include "test/simulation/turns.hpp"

namespace prosa::simulation {

inline constexpr std::size_t error_codes = 7;

// Who waits for outcomes: one incarnation of a processor, or a client. Never reused.
using Party = std::uint32_t;

class Ledger {
  public:
    Ledger(EventLog& log, Reached& reached, const Turns& turns, const BusOptions& bus)
        : log_(log), reached_(reached), turns_(turns), bus_(bus) {}

    // --- the requester
    // ------------------------------------------------------------------------------------------
    // `thread` is where it gets its outcomes.
    Party add_party(Thread thread);
    // A number for a request to come; what is never accepted needs no more.
    std::uint64_t next_number();
    struct Accepted {
        std::uint64_t number;
        RequestId id;           // 0: not known yet
        RequestId correlation;  // 0: the id
        Nanos now_ns;
        Nanos timeout_ns;
        std::uint32_t body_bytes;
        bool is_routed;    // a router stands between
        bool is_to_extra;  // to the processor that is removed and added again
    };
    void accept(Party party, const Accepted& request);
    void refuse(Party party, std::uint64_t number, ServiceError error);
    void end(Party party, std::uint64_t number, const Outcome& outcome, Nanos now_ns);
    // The incarnation is gone, and nobody waits for one, or for all of its outcomes any more.
    void abandon(std::uint64_t number);
    void abandon_all(Party party);
    // A turn of the thread is over: what was overdue before has its outcome.
    void end_turn(Thread thread);

    // --- the provider
    // ------------------------------------------------------------------------------------------- The number
    // in a request's body, which is the first and only one with it at a provider.
    template <typename Request>
    std::optional<std::uint64_t> arrive(const Request& request, Nanos now_ns) {
        return arrive(Arrival{request.body(), request.id(), request.correlation(), request.deadline_ns()},
                      now_ns);
    }
    // `was_kept`: the request was, until now.
    void answer(std::uint64_t number, ServiceError error, std::uint32_t body_bytes, Nanos now_ns,
                bool was_kept);
    // A router passes it on, and its answer back, unless its incarnation ends first.
    void pass_on(std::uint64_t number, std::uint64_t incarnation) {
        requests_[number].router = turns_.running();
        requests_[number].router_incarnation = incarnation;
    }
    void lose_router(std::uint64_t incarnation);
    // Whether its requester waits no longer.
    bool has_ended(std::uint64_t number) const { return requests_[number].state != State::in_flight; }
    bool is_answered(std::uint64_t number) const { return requests_[number].is_answered; }

    // --- the judge
    // ----------------------------------------------------------------------------------------------
    std::uint64_t accepted() const noexcept { return accepted_; }
    std::uint64_t abandoned() const noexcept { return abandoned_; }
    std::uint64_t in_flight() const noexcept { return in_flight_; }
    std::uint64_t in_flight(Party party) const { return open_of_[party].size(); }
    std::uint64_t ended_with(std::size_t code) const { return ended_[code]; }
    // Requests in flight that no handler of the extra processor has got.
    std::uint64_t queued_for_extra() const noexcept { return queued_for_extra_; }

    // From here on the requests of all, or of one party, may end as shutting_down.
    void expect_shutting_down() noexcept { may_all_shut_down_ = true; }
    void expect_shutting_down(Party party) noexcept { leaving_ = party; }
    // The client is gone: answers to it come to nobody.
    void note_gone(Party party) noexcept { gone_[party] = true; }

    // The first thing that was wrong; empty when nothing was.
    void fault(const std::string& what) {
        if (fault_.empty()) fault_ = what;
    }
    const std::string& first_fault() const noexcept { return fault_; }

  private:
    struct Arrival {
        std::span<const std::byte> body;
        RequestId id;
        RequestId correlation;
        Nanos deadline_ns;
    };
    enum class State : std::uint8_t { open, in_flight, ended, abandoned };
    struct Entry {
        RequestId id = 0;
        RequestId correlation = 0;
        Nanos sent_ns = 0;
        Nanos deadline_ns = 0;
        Party party = 0;
        std::uint32_t place = 0;  // among the party's open ones
        std::uint32_t answer_bytes = 0;
        ServiceError answered = ServiceError::none;
        Given given;                   // the answer
        std::optional<Thread> router;  // that passed it on
        std::uint64_t router_incarnation = 0;
        State state = State::open;
        bool has_arrived = false;
        bool is_answered = false;
        bool is_routed = false;
        bool has_lost_router = false;
        bool is_to_extra = false;  // and has not arrived there
    };

    // The next deadline is on top.
    using Deadline = std::pair<Nanos, std::uint64_t>;  // of the request with that number
    using Deadlines = std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>>;

    void fault_at(std::uint64_t number, const char* what);
    void close(Entry& entry, State state);
    std::optional<std::uint64_t> arrive(const Arrival& arrival, Nanos now_ns);
    void note_new_id(std::uint64_t number, RequestId id);
    void check_id(std::uint64_t number, Entry& entry, RequestId id);
    void check_ids(std::uint64_t number, Entry& entry, const Arrival& arrival);
    void check_outcome(std::uint64_t number, const Entry& entry, const Outcome& outcome, Nanos now_ns);
    static bool is_due(const Entry& entry, ServiceError error);
    static bool is_due_behind_router(const Entry& entry, ServiceError error);
    void check_response(std::uint64_t number, const Entry& entry, const Outcome& outcome);
    bool had_time(const Entry& entry) const;

    EventLog& log_;
    Reached& reached_;
    const Turns& turns_;
    const BusOptions& bus_;
    std::vector<Entry> requests_;
    std::vector<std::vector<std::uint64_t>> open_of_;  // by party
    std::vector<Thread> thread_of_;                    // by party
    std::vector<bool> gone_;                           // by party: the clients that left
    std::vector<Deadlines> deadlines_of_;              // by thread
    std::unordered_set<RequestId> ids_;                // that were given
    std::array<std::uint64_t, error_codes> ended_{};
    std::uint64_t accepted_ = 0;
    std::uint64_t abandoned_ = 0;
    std::uint64_t in_flight_ = 0;
    std::uint64_t queued_for_extra_ = 0;
    std::optional<Party> leaving_;
    bool may_all_shut_down_ = false;
    std::string fault_;
};

inline constexpr std::uint32_t body_bytes_min = 16;

// False when there is no room for so many bytes.
[[nodiscard]] bool write_body(BodyBuffer& buffer, std::uint32_t bytes, std::uint64_t number);

}  // namespace prosa::simulation
