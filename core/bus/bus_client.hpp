// core/bus/bus_client.hpp: sends requests from a thread of the embedding program, at the speed of a reactor.
//
// A client has its own ring pair to each reactor it sends to; no thread stands between. Outcomes, timeouts too, are
// delivered by poll, by a blocking call, or by close.
//
//     auto client = main.connect_client();
//     const ServiceHandle echo = client->resolve("ECHO");
//     const BusClient::Reply reply = client->call(echo, body);          // blocks, by spinning and then sleeping
//
//     client->on_outcome([](const Outcome& outcome) { ... });
//     Claim claim = client->claim(echo);  ... claim.commit();           // or without blocking
//     while (!done) client->poll();
//
// Threads   one at a time; which one may change between calls. call from a reactor's handler is refused (asserted):
//           it would block everybody there.
// Time      the clock's; of a stepped instance that of its last step, and nothing that waits may be called (asserted).
// Life      client and BusMain may go in either order. When the instance stops, claims are refused, and what is
//           in flight at its end comes out of poll as `shutting_down`.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/outcome.hpp"
#include "core/bus/requester.hpp"

namespace prosa {

class PROSA_API BusClient {
  public:
    ~BusClient();  // closes
    BusClient(const BusClient&) = delete;
    BusClient& operator=(const BusClient&) = delete;

    // no_service when the instance has too many names.
    ServiceHandle resolve(std::string_view name);
    bool has_provider(ServiceHandle service);

    // Called by poll, call and close on their thread, for requests of claim and send. The body is borrowed until it
    // returns. It may send, but not poll, call or close (asserted).
    void on_outcome(std::function<void(const Outcome&)> handler);

    Claim claim(ServiceHandle service, const SendOptions& options = {}) noexcept;
    SendResult send(ServiceHandle service, std::span<const std::byte> body,
                    const SendOptions& options = {}) noexcept;

    // Delivers what has come; true when something had. Never blocks.
    bool poll() noexcept;

    // Sleeps until something comes, or the deadline of a request, or timeout_ns.
    void wait(Nanos timeout_ns) noexcept;

    struct Reply {
        ServiceError error = ServiceError::none;
        Nanos latency_ns = 0;
        std::vector<std::byte> body;  // a copy
        bool ok() const noexcept { return error == ServiceError::none; }
    };
    // Sends and waits for the outcome; a refusal is one. Spins for a while, then sleeps between looks.
    Reply call(ServiceHandle service, std::span<const std::byte> body, Nanos timeout_ns = 0);

    // Ends what is in flight as `shutting_down` and gives everything back. Later claims are refused.
    void close() noexcept;

    std::uint32_t in_flight_count() const noexcept;
    // Requests that hold credit: those in flight, and those whose answer may still come after their outcome.
    std::uint32_t unanswered_count() const noexcept;
    const Caller& caller() const noexcept;  // counters and latency

  private:
    friend class BusMain;
    class Impl;
    explicit BusClient(std::unique_ptr<Impl> impl);
    // Null when the instance has no place for another client.
    static std::unique_ptr<BusClient> connect(std::shared_ptr<BusMain::Control> control);

    std::unique_ptr<Impl> impl_;
};

}  // namespace prosa
