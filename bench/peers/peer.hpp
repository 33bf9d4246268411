// bench/peers/peer.hpp: one way to carry a request to another thread and its reply back.
//
// Every peer does the same job: a requester on one CPU sends a message of 64 bytes, a responder on another
// one sends it back, and the requester checks every word of every reply.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "apps/prosa/bench/bench_cpus.hpp"
#include "core/base/clock.hpp"
#include "core/base/status.hpp"

namespace prosa::bench {

class BenchRun;

// Another one for each number, so that a stale or torn reply is seen.
struct PeerMessage {
    std::uint64_t number = 0;
    std::array<std::uint64_t, 7> words{};

    static PeerMessage of(std::uint64_t number) noexcept {
        PeerMessage message{number, {}};
        for (std::uint64_t i = 0; i < message.words.size(); ++i) message.words[i] = number + i;
        return message;
    }
    bool is_of(std::uint64_t expected) const noexcept {
        std::uint64_t difference = number ^ expected;
        for (std::uint64_t i = 0; i < words.size(); ++i) difference |= words[i] ^ (expected + i);
        return difference == 0;
    }
};
static_assert(sizeof(PeerMessage) == 64);

// The responder ends at this one, and does not answer it.
inline constexpr std::uint64_t last_number = std::numeric_limits<std::uint64_t>::max();

enum class PeerWait : std::uint8_t { busy, blocking };

inline constexpr std::uint32_t peer_outstanding = 256;  // of the pipelined form

struct PeerOrder {
    Nanos latency_ns = 500 * ns_per_ms;  // one outstanding
    Nanos pipelined_ns = 300 * ns_per_ms;
    Nanos on_one_cpu_ns = 100 * ns_per_ms;
    std::uint64_t count_max = std::numeric_limits<std::uint64_t>::max();  // of each
};

// Calls `step`, which does some and returns how many, until the time is over or `count_max` are done.
// Nanoseconds of each.
template <typename Step>
double ns_of_each(Nanos duration_ns, std::uint64_t count_max, Step step) {
    const Clock clock;
    const Nanos begin_ns = clock.now_ns();
    Nanos now_ns = begin_ns;
    std::uint64_t done = 0;
    while (done < count_max && now_ns - begin_ns < duration_ns) {
        done += step();
        now_ns = clock.now_ns();
    }
    return static_cast<double>(now_ns - begin_ns) / static_cast<double>(done);
}

inline constexpr std::uint64_t peer_step = 64;  // round trips between two readings of the clock

struct PeerRun {
    double p50_ns = 0;
    double p999_ns = 0;
    std::uint64_t latency_count = 0;  // round trips behind the percentiles
    double per_second = 0;            // round trips, with peer_outstanding under way; 0: no such form
    double batches_per_second = 0;    // round trips, peer_outstanding requests and then their replies
    double on_one_cpu_ns = 0;         // a round trip by one thread that is both ends; 0: no such form
    std::string note;                 // what was seen besides, such as who did the work
};

enum class PeerRole : std::uint8_t {
    limit,      // what the hardware or the simplest code does
    own,        // the bus of this project
    bus,        // a library that carries messages between threads; in the figure
    disruptor,  // has a figure of its own
    other,      // a queue, or a means of the kernel
};

// One row of the table.
struct PeerRow {
    std::string name;
    std::string form;
    PeerRole role = PeerRole::other;
    std::function<absl::StatusOr<PeerRun>(const BenchRun&, const PeerOrder&)> measure;
};

// Everybody who is there, built or not.
struct PeerSource {
    const char* name;
    const char* package;             // Debian's; empty: needs none
    std::vector<PeerRow> (*rows)();  // nullptr: not built
};

std::vector<PeerSource> peer_sources();

// One of these is defined in each peer's file.
std::vector<PeerRow> limit_rows();
std::vector<PeerRow> prosa_rows();
std::vector<PeerRow> asio_rows();
std::vector<PeerRow> caf_rows();
std::vector<PeerRow> zeromq_rows();
std::vector<PeerRow> nng_rows();
std::vector<PeerRow> disruptor_rows();
std::vector<PeerRow> moodycamel_rows();
std::vector<PeerRow> reader_writer_rows();
std::vector<PeerRow> event_fd_rows();
std::vector<PeerRow> futex_rows();
std::vector<PeerRow> unix_socket_rows();

}  // namespace prosa::bench
