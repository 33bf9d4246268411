// core/bus/main_event.hpp: what reactors tell Main. ProSA's message set, and what supervision needs.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/ids.hpp"
#include "core/memory/message_header.hpp"

namespace prosa {

struct QueueKey {
    ProcessorId processor{};
    QueueId queue{};
    auto operator<=>(const QueueKey&) const = default;
};

// A new incarnation of a queue can be reached (ProSA: NewProcQueue).
struct QueueRegistered {
    QueueKey key;
    Incarnation incarnation{};
    EndpointTag endpoint{};
};

// on_start succeeded.
struct QueueRunning {
    QueueKey key;
    Incarnation incarnation{};
};

// An incarnation ended (ProSA: DeleteProc or DeleteProcQueue). Without an error it was asked to.
struct QueueEnded {
    QueueKey key;
    Incarnation incarnation{};
    bool has_error = false;
    bool is_recoverable = true;
    Nanos recovery_ns = 0;
    std::string error;
};

// ProSA: NewService, DeleteService; without a queue NewProcService, DeleteProcService.
struct ServicesChanged {
    ProcessorId processor{};
    std::optional<QueueId> queue;
    Incarnation incarnation{};  // of the queue that says so; an old one's message is ignored
    bool adds = true;
    std::vector<std::string> names;
};

struct StopRequested {
    std::string reason;
};

using MainEvent = std::variant<QueueRegistered, QueueRunning, QueueEnded, ServicesChanged, StopRequested>;

// Where reactors post them. Any thread; false when Main's inbox is full, or memory is: the reactor tries again next
// turn.
class MainPort {
  public:
    virtual ~MainPort() = default;
    [[nodiscard]] virtual bool post_event(MainEvent& event) noexcept = 0;
    virtual bool is_stopping() const noexcept = 0;
};

}  // namespace prosa
