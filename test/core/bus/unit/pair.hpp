// test/core/bus/unit/pair.hpp: a requester and a responder with one link, stepped by the test in one thread.
#pragma once

#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/bus/requester.hpp"
#include "core/bus/responder.hpp"
#include "core/bus/service_directory.hpp"
#include "core/bus/shared_queue.hpp"
#include "core/bus/table_publisher.hpp"

namespace prosa::test {

struct Seen {
    RequestId id;
    ServiceError error;
    std::uint64_t token;
    std::string body;
};

// Writes down what it gets, then does what the test says.
struct RecordingCaller final : Caller {
    void on_outcome(const Outcome& outcome) noexcept override {
        const auto* const text = reinterpret_cast<const char*>(outcome.body.data());
        seen.push_back({outcome.id, outcome.error, outcome.token, std::string(text, outcome.body.size())});
        if (then) then();
    }
    std::uint64_t count(CallerCounter counter) const { return counters[counter].value(); }
    std::vector<Seen> seen;
    std::function<void()> then;
};

// Does what the test says; answers with the request's body when it says nothing.
struct ScriptedCallee final : Callee {
    void on_request(Request& request) noexcept override {
        if (script)
            script(request);
        else
            request.reply(request.body());
    }
    std::uint64_t count(CalleeCounter counter) const { return callee_counters[counter].value(); }
    std::function<void(Request&)> script;
    std::deque<KeptRequest> held;
    // The script for a provider that answers later.
    void hold(Request& request) {
        if (KeptRequest taken = request.keep()) held.push_back(std::move(taken));
    }
};

inline BusOptions tiny_options() {
    BusOptions options;
    options.ring_slots = 4;
    options.slot_bytes = 128;
    options.block_bytes = 1024;
    options.pool_blocks = 8;
    options.credit = 64;
    options.kept_limit = 16;
    options.pending_limit = 64;
    options.batch = 64;
    return options;
}

inline std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span<const char>(text.data(), text.size()));
}
inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Peer peer(std::uint16_t id, const BusOptions& options, std::uint32_t queue_count) {
    Peer made;
    made.id = ReactorId{id};
    made.waker = std::make_shared<Waker>();
    made.pools = std::make_shared<MessagePools>(made.id, options, queue_count);
    return made;
}

// Reactor 1 requests, reactor 2 provides the service ECHO by `callee`.
class Pair : public LinkConnector {
  public:
    explicit Pair(const BusOptions& given = tiny_options())
        : options(given),
          requester_peer(peer(1, options, 0)),
          provider_peer(peer(2, options, 1)),
          cell(8, std::make_unique<ServiceTable>()),
          publisher(cell, directory, {}),
          wheel(0),
          responder(options, provider_peer.id, *provider_peer.pools),
          requester(std::make_unique<Requester>(options, requester_peer, cell, wheel, *this)) {
        requester->use_given_time_only();
        responder.use_given_time_only();
        requester->add_caller(caller);
        endpoint = responder.open_endpoint(callee);
        service = provide("ECHO", 1, endpoint);
    }
    ~Pair() override {
        callee.held.clear();
        if (requester != nullptr) requester->remove_caller(caller);
    }

    std::shared_ptr<Link> connect(const Peer& from, ReactorId) override {
        link = std::make_shared<Link>(options, from, provider_peer);
        if (attaches_at_once) responder.attach(link);
        return link;
    }

    ServiceHandle provide(std::string_view name, std::uint32_t processor, EndpointTag tag,
                          std::shared_ptr<SharedQueue> queue = nullptr) {
        const ProviderId id{ProcessorId{processor}, QueueId{0}};
        publisher.add_provider(name, {id, publisher.index_of(id), tag, provider_peer.id, std::move(queue)});
        publisher.publish_changes();
        requester->refresh_table();
        return *directory.intern(name);
    }

    SendResult send(const std::string& body, std::uint64_t token = 0, Nanos timeout_ns = ns_per_s) {
        SendOptions send_options;
        send_options.token = token;
        send_options.timeout_ns = timeout_ns;
        return requester->send(caller, service, bytes_of(body), send_options);
    }
    // Sends until it is refused; returns how many were accepted.
    std::uint32_t fill(const std::string& body = "x") {
        std::uint32_t count = 0;
        while (send(body, count)) ++count;
        return count;
    }

    void set_now(Nanos now) {
        requester->set_now(now);
        responder.set_now(now);
        wheel.advance(now,
                      [this](TimerNode& node) { requester->on_deadline(static_cast<PendingEntry&>(node)); });
    }
    std::uint32_t serve() {
        responder.flush_outboxes();
        return responder.serve_requests();
    }
    // Until nothing moves; then the blocks go home.
    void settle() {
        while (requester->drain_replies() + responder.flush_outboxes() + responder.serve_requests() != 0) {
        }
        for (int i = 0; i < 2; ++i) {
            requester->exchange_blocks();
            responder.exchange_blocks();
        }
    }
    std::uint32_t credit_in_use() const { return caller.outstanding(ProviderIndex{0}); }
    std::uint32_t requester_blocks() const { return requester_peer.pools->bodies.taken_blocks(); }
    std::uint32_t provider_blocks() const { return provider_peer.pools->bodies.taken_blocks(); }
    std::uint32_t kept_blocks() const { return provider_peer.pools->kept.taken_blocks(); }

    const BusOptions options;
    Peer requester_peer;
    Peer provider_peer;
    ServiceDirectory directory;
    ServiceTableCell cell;
    TablePublisher publisher;
    TimerWheel wheel;
    RecordingCaller caller;
    ScriptedCallee callee;
    std::shared_ptr<Link> link;
    bool attaches_at_once = true;
    Responder responder;
    std::unique_ptr<Requester> requester;
    EndpointTag endpoint{};
    ServiceHandle service{};
};

}  // namespace prosa::test
