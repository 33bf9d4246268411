// core/bus/table_publisher.hpp: Main's model of the services, and the tables made from it.
//
// Threads   Main's. Bursts of changes become one table: publish_changes builds what is dirty.
// Cost      O(changed services * providers) plus the copy of the chunk list; suspending a reactor walks all.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/string_map.hpp"
#include "core/bus/requester.hpp"
#include "core/bus/service_directory.hpp"
#include "core/bus/service_table.hpp"

namespace prosa {

class PROSA_API TablePublisher {
  public:
    struct Service {
        std::string name;
        Policy policy = Policy::round_robin;
        bool is_withdrawn = false;  // by an operator
        bool was_provided = false;
        bool is_dirty = false;
        std::vector<Provider> providers;  // registered ones, by id: a restart does not change the order
        std::vector<Provider> effective;  // those the last table held
    };

    TablePublisher(ServiceTableCell& cell, ServiceDirectory& directory,
                   const std::vector<std::pair<std::string, Policy>>& policies);

    // Adding a pair that is there replaces it, endpoint and all.
    void add_provider(std::string_view service, Provider provider);
    void remove_provider(std::string_view service, ProviderId provider);
    void remove_provider(ProviderId provider);  // from every service

    // False when the service is unknown.
    [[nodiscard]] bool set_withdrawn(std::string_view service, bool is_withdrawn);

    // Providers on a reactor that hangs are left out until it turns again.
    void set_suspended(ReactorId reactor, bool is_suspended);

    // The credit account of a provider; the same for every incarnation.
    ProviderIndex index_of(ProviderId provider);

    // True when something had changed and a new table was published. Throws std::bad_alloc; the changes then wait for
    // the next call, as those of the functions above may be repeated.
    bool publish_changes();
    // Frees tables that no reader holds any more.
    void reclaim() { cell_.reclaim(); }

    const std::vector<Service>& services() const noexcept { return services_; }  // by handle
    const Service* find(std::string_view name) const;
    std::uint64_t version() const noexcept { return cell_.newest().version(); }
    std::size_t pinned_count() const noexcept { return cell_.pinned_count(); }

  private:
    Service* service_of(std::string_view name);
    void touch(std::size_t handle) noexcept;
    std::vector<Provider> effective_of(const Service& service) const;

    ServiceTableCell& cell_;
    ServiceDirectory& directory_;
    StringMap<Policy> policies_;
    std::vector<Service> services_;
    std::vector<std::size_t> dirty_;
    std::vector<ReactorId> suspended_;
    std::vector<ProviderId> provider_indexes_;  // the place is the index
};

}  // namespace prosa
