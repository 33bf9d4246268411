// core/control/control_server.hpp: answers requests at a control socket, on a thread of its own.
//
//     auto server = ControlServer::start({.path = path}, [&](std::string_view request) { return ...; });
//
// Threads   start, destruction: any. The handler runs on the server's thread, one request at a time; it may block,
//           others then wait. What it throws is answered as an error.
// Bounds    clients_max connections, request_bytes_max each; whoever neither sends nor takes its answer within
//           timeout_ns is closed.
// Errors    of start: see listen_for_control, or no thread, no memory. A client's errors end its connection only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/control/control_protocol.hpp"

namespace prosa {

struct ControlServerOptions {
    std::string path;
    std::size_t clients_max = 16;
    Nanos timeout_ns = 5 * ns_per_s;
};

using ControlHandler = std::function<ControlAnswer(std::string_view request)>;

class PROSA_API ControlServer {
  public:
    static absl::StatusOr<std::unique_ptr<ControlServer>> start(ControlServerOptions options,
                                                                ControlHandler handler);

    // Waits for the request that is handled; what it answers is still sent if the client takes it at once.
    // Then the socket's file goes.
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    const std::string& path() const noexcept;

  private:
    class Loop;
    explicit ControlServer(std::unique_ptr<Loop> loop);

    std::unique_ptr<Loop> loop_;
};

}  // namespace prosa
