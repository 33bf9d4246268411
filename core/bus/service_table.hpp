// core/bus/service_table.hpp: immutable snapshot of which provider serves which service.
//
// Threads   any, once published; Main builds it. Nothing in it changes after publication.
// Cost      find: two dependent loads, no hash. next_version copies the chunk list (10 000 services: 157
//           pointers), set_service one chunk of 64 pointers; the rest is shared.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/ids.hpp"
#include "core/memory/message_header.hpp"

namespace prosa {

class SharedQueue;

// How a requester chooses among the providers of a service. When the choice is full, the others are tried once.
enum class Policy : std::uint8_t {
    round_robin,        // a cursor per requester, so that no line is shared
    least_outstanding,  // the provider that owes this requester the fewest answers
    primary_backup,     // the first that has room, in the order the processors were added
    sticky,             // by the affinity key of the request: equal keys meet the same provider
};
PROSA_API std::string_view name_of(Policy policy) noexcept;

// Names a provider for credit accounts: dense, 0-based, stays with (processor, queue) over its incarnations.
enum class ProviderIndex : std::uint32_t {};

struct Provider {
    ProviderId id;
    ProviderIndex index;
    EndpointTag endpoint;  // the incarnation, at its reactor
    ReactorId reactor;
    std::shared_ptr<SharedQueue>
        shared_queue;  // `queue: shared`: requests go here, not to the reactor's ring

    bool operator==(const Provider&) const = default;
};

struct ServiceEntry {
    std::string name;
    ServiceHandle handle = no_service;
    Policy policy = Policy::round_robin;
    std::vector<Provider> providers;  // in the order the processors were added
};

class ServiceTable {
  public:
    // Null when the service was never registered; an entry without providers when all have left.
    const ServiceEntry* find(ServiceHandle handle) const noexcept {
        const std::uint32_t at = value_of(handle);
        if (at >= service_count_) return nullptr;
        return chunks_[at / chunk_services]->entries[at % chunk_services].get();
    }

    // One more than the highest handle.
    std::uint32_t service_count() const noexcept { return service_count_; }

    // Increases by one with each publication.
    std::uint64_t version() const noexcept { return version_; }

    // Providers known so far, gone ones included: the size of a credit account array.
    std::uint32_t provider_index_count() const noexcept { return provider_index_count_; }

    // Main, before publication: a copy with the next version, then its changes in place.
    PROSA_API std::unique_ptr<ServiceTable> next_version() const;
    PROSA_API void set_service(std::shared_ptr<const ServiceEntry> entry);
    void set_provider_index_count(std::uint32_t count) noexcept { provider_index_count_ = count; }

  private:
    static constexpr std::uint32_t chunk_services = 64;
    struct Chunk {
        std::array<std::shared_ptr<const ServiceEntry>, chunk_services> entries;
    };

    std::vector<std::shared_ptr<const Chunk>> chunks_;
    std::uint32_t service_count_ = 0;
    std::uint32_t provider_index_count_ = 0;
    std::uint64_t version_ = 0;
};

}  // namespace prosa
