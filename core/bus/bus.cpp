#include "core/bus/bus.hpp"

#include <cstring>

#include "core/bus/bus_node.hpp"
#include "core/bus/shard.hpp"

namespace prosa {

const ShardInfo& Bus::info() const noexcept { return shard_.info(); }

std::string_view Bus::instance_name() const noexcept { return shard_.node().context().instance_name; }

ServiceHandle Bus::resolve(std::string_view name) {
    const auto handle = shard_.node().context().directory.intern(name);
    if (!handle) throw ProcessorError::fatal("the instance has too many service names");
    requester_.prepare(*handle);
    return *handle;
}

bool Bus::has_provider(ServiceHandle service) const noexcept {
    const ServiceEntry* const entry = requester_.table().find(service);
    return entry != nullptr && !entry->providers.empty();
}

void Bus::add_services(std::vector<std::string> names) {
    const QueueKey key = shard_.key();
    shard_.node().tell_main(
        ServicesChanged{key.processor, key.queue, info().incarnation, true, std::move(names)});
}

void Bus::remove_services(std::vector<std::string> names) {
    const QueueKey key = shard_.key();
    shard_.node().tell_main(
        ServicesChanged{key.processor, key.queue, info().incarnation, false, std::move(names)});
}

void Bus::add_processor_services(std::vector<std::string> names) {
    shard_.node().tell_main(
        ServicesChanged{shard_.key().processor, std::nullopt, info().incarnation, true, std::move(names)});
}

void Bus::remove_processor_services(std::vector<std::string> names) {
    shard_.node().tell_main(
        ServicesChanged{shard_.key().processor, std::nullopt, info().incarnation, false, std::move(names)});
}

Claim Bus::claim(ServiceHandle service, const SendOptions& options) noexcept {
    return requester_.claim(shard_, service, options);
}

SendResult Bus::send(ServiceHandle service, std::span<const std::byte> body,
                     const SendOptions& options) noexcept {
    return requester_.send(shard_, service, body, options);
}

Call Bus::call(ServiceHandle service, std::span<const std::byte> body, Nanos timeout_ns) noexcept {
    return Call(requester_, shard_, service, body, timeout_ns);
}

bool Bus::spawn(Task<void> task) { return shard_.spawn(std::move(task)); }

Nanos Bus::clock_now_ns() const noexcept {
    return shard_.node().context().is_stepped ? now_ns() : clock_.now_ns();
}

TimerId Bus::set_timer(Nanos deadline_ns, std::uint64_t token) {
    return shard_.set_timer(deadline_ns, token);
}

bool Bus::cancel_timer(TimerId timer) noexcept { return shard_.cancel_timer(timer); }

void Bus::want_turns(bool wanted) noexcept { shard_.want_turns(wanted); }

void Bus::fail(const ProcessorError& error) { shard_.fail(error); }

void Bus::stop_instance(std::string reason) { shard_.node().tell_main(StopRequested{std::move(reason)}); }

bool Bus::is_stopping() const noexcept { return shard_.node().context().main.is_stopping(); }

}  // namespace prosa
