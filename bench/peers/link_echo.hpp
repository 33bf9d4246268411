// bench/peers/link_echo.hpp: the round trips over a peer that is a link with two ends.
//
// A Link is opened by `static absl::StatusOr<std::unique_ptr<Link>> open(PeerWait)`, says by
// `is_pipelined` whether more than one message may be under way, and has the ends `requester()` and
// `responder()`, each used by one thread: `send(message)` delivers, `receive(message)` is false when
// there is nothing yet; a blocking end waits instead.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "apps/prosa/bench/figure.hpp"
#include "apps/prosa/bench/latency_run.hpp"
#include "bench/peers/peer.hpp"
#include "core/base/assert.hpp"
#include "core/base/cache_line.hpp"

namespace prosa::bench {

template <typename End>
void receive_next(End& end, PeerMessage& message) {
    while (!end.receive(message)) cpu_relax();
}

template <typename End>
void answer_all(End& end) {
    if constexpr (requires { end.wait_for_last(); }) {
        end.wait_for_last();
    } else {
        PeerMessage message;
        for (receive_next(end, message); message.number != last_number; receive_next(end, message))
            end.send(message);
    }
}

template <typename End>
void check_next(End& end, std::uint64_t number) {
    PeerMessage reply;
    receive_next(end, reply);
    PROSA_ASSERT(reply.is_of(number), "a peer returns what was sent, in its order");
}

template <typename End>
void request_one_by_one(End& end, const PeerOrder& order, LatencyRun& run) {
    const Clock clock;
    const Nanos begin_ns = clock.now_ns();
    const std::uint64_t count_max = order.count_max;
    Nanos now_ns = begin_ns;
    for (std::uint64_t number = 0; number < count_max && now_ns - begin_ns < order.latency_ns; ++number) {
        const Nanos start_ns = clock.now_ns();
        end.send(PeerMessage::of(number));
        check_next(end, number);
        now_ns = clock.now_ns();
        run.latency.record(now_ns - start_ns);
    }
    end.send(PeerMessage::of(last_number));
}

// As many requests as may be under way, then as many replies, and so on. Round trips per second.
template <typename End>
double request_in_batches(End& end, const PeerOrder& order) {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    const double each_ns = ns_of_each(order.pipelined_ns, order.count_max, [&] {
        while (sent - received < peer_outstanding) end.send(PeerMessage::of(sent++));
        while (received < sent) check_next(end, received++);
        return std::uint64_t{peer_outstanding};
    });
    end.send(PeerMessage::of(last_number));
    return 1e9 / each_ns;
}

// A request for each reply, so that as many as may be are always under way. Round trips per second.
template <typename End>
double request_pipelined(End& end, const PeerOrder& order) {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    const double each_ns = ns_of_each(order.pipelined_ns, order.count_max, [&] {
        while (sent - received < peer_outstanding) end.send(PeerMessage::of(sent++));
        for (std::uint64_t i = 0; i < peer_step; ++i) {
            check_next(end, received++);
            end.send(PeerMessage::of(sent++));
        }
        return peer_step;
    });
    while (received < sent) check_next(end, received++);
    end.send(PeerMessage::of(last_number));
    return 1e9 / each_ns;
}

// The calling thread is both ends: what a transaction takes where no line moves and nobody waits.
template <typename Link>
double request_on_one_cpu(Link& link, const PeerOrder& order) {
    std::uint64_t number = 0;
    return ns_of_each(order.on_one_cpu_ns, order.count_max, [&] {
        for (std::uint64_t i = 0; i < peer_step; ++i, ++number) {
            PeerMessage message;
            link.requester().send(PeerMessage::of(number));
            receive_next(link.responder(), message);
            link.responder().send(message);
            check_next(link.requester(), number);
        }
        return peer_step;
    });
}

// Those whose responder is called by the library take the messages on its threads.
template <typename Link>
constexpr bool has_both_ends = requires(Link& link, PeerMessage& message) {
    link.responder().receive(message);
};

template <typename Link>
absl::StatusOr<PeerRun> measure_link(const BenchCpus& cpus, const PeerOrder& order, PeerWait wait) {
    const auto on_new_link = [&](auto&& request) -> absl::Status {
        const auto link = Link::open(wait);
        if (!link.ok()) return link.status();
        return run_on_two_cpus(
            cpus, [&] { request((*link)->requester()); }, [&] { answer_all((*link)->responder()); });
    };
    LatencyRun latency;
    PeerRun run;
    if (const absl::Status status = on_new_link([&](auto& end) { request_one_by_one(end, order, latency); });
        !status.ok())
        return status;
    run.p50_ns = latency.percentile_ns(50);
    run.p999_ns = latency.percentile_ns(99.9);
    run.latency_count = latency.latency.total_count();
    if constexpr (Link::is_pipelined) {
        for (const absl::Status& status :
             {on_new_link([&](auto& end) { run.per_second = request_pipelined(end, order); }),
              on_new_link([&](auto& end) { run.batches_per_second = request_in_batches(end, order); })})
            if (!status.ok()) return status;
    }
    if constexpr (has_both_ends<Link>) {
        const auto link = Link::open(wait);
        if (!link.ok()) return link.status();
        const absl::Status status = run_on_two_cpus(
            cpus, [&] { run.on_one_cpu_ns = request_on_one_cpu(**link, order); }, [] {});
        if (!status.ok()) return status;
    }
    return run;
}

template <typename Link>
PeerRow link_row(std::string name, PeerRole role, PeerWait wait) {
    return {std::move(name), wait == PeerWait::busy ? "busy" : "blocking", role,
            [wait](const BenchRun& run, const PeerOrder& order) -> absl::StatusOr<PeerRun> {
                if (!run.cpus().ok()) return run.cpus().status();
                return measure_link<Link>(*run.cpus(), order, wait);
            }};
}

// Its busy and its blocking form.
template <typename Link>
std::vector<PeerRow> link_rows(const std::string& name, PeerRole role) {
    return {link_row<Link>(name, role, PeerWait::busy), link_row<Link>(name, role, PeerWait::blocking)};
}

}  // namespace prosa::bench
