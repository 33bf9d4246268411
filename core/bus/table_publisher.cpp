#include "core/bus/table_publisher.hpp"

#include <algorithm>
#include <utility>

namespace prosa {

TablePublisher::TablePublisher(ServiceTableCell& cell, ServiceDirectory& directory,
                               const std::vector<std::pair<std::string, Policy>>& policies)
    : cell_(cell), directory_(directory), policies_(policies.begin(), policies.end()) {
    suspended_.reserve(cell.readers_max());  // as many reactors as there can be
}

TablePublisher::Service* TablePublisher::service_of(std::string_view name) {
    const auto handle = directory_.intern(name);
    if (!handle) return nullptr;
    const std::size_t at = value_of(*handle);
    dirty_.reserve(std::max(dirty_.capacity(), at + 1));
    if (at >= services_.size()) services_.resize(at + 1);
    Service& service = services_[at];
    if (!service.was_provided) {
        service.name = name;
        service.was_provided = true;
        if (const auto policy = policies_.find(name); policy != policies_.end())
            service.policy = policy->second;
    }
    return &service;
}

const TablePublisher::Service* TablePublisher::find(std::string_view name) const {
    for (const Service& service : services_)
        if (service.was_provided && service.name == name) return &service;
    return nullptr;
}

// There is room for every service.
void TablePublisher::touch(std::size_t handle) noexcept {
    if (std::exchange(services_[handle].is_dirty, true)) return;
    dirty_.push_back(handle);
}

void TablePublisher::add_provider(std::string_view name, Provider provider) {
    Service* const service = service_of(name);
    if (service == nullptr) return;
    const auto place = std::find_if(service->providers.begin(), service->providers.end(),
                                    [&](const Provider& known) { return known.id == provider.id; });
    if (place != service->providers.end()) {
        *place = std::move(provider);
    } else {
        const auto next = std::find_if(service->providers.begin(), service->providers.end(),
                                       [&](const Provider& known) { return known.id > provider.id; });
        service->providers.insert(next, std::move(provider));
    }
    touch(static_cast<std::size_t>(service - services_.data()));
}

void TablePublisher::remove_provider(std::string_view name, ProviderId provider) {
    Service* const service = service_of(name);
    if (service == nullptr) return;
    const auto removed =
        std::erase_if(service->providers, [&](const Provider& known) { return known.id == provider; });
    if (removed != 0) touch(static_cast<std::size_t>(service - services_.data()));
}

void TablePublisher::remove_provider(ProviderId provider) {
    for (std::size_t at = 0; at < services_.size(); ++at) {
        const auto removed = std::erase_if(services_[at].providers,
                                           [&](const Provider& known) { return known.id == provider; });
        if (removed != 0) touch(at);
    }
}

bool TablePublisher::set_withdrawn(std::string_view name, bool is_withdrawn) {
    for (std::size_t at = 0; at < services_.size(); ++at) {
        if (!services_[at].was_provided || services_[at].name != name) continue;
        services_[at].is_withdrawn = is_withdrawn;
        touch(at);
        return true;
    }
    return false;
}

void TablePublisher::set_suspended(ReactorId reactor, bool is_suspended) {
    std::erase(suspended_, reactor);
    if (is_suspended) suspended_.push_back(reactor);
    for (std::size_t at = 0; at < services_.size(); ++at) {
        const auto& providers = services_[at].providers;
        if (std::any_of(providers.begin(), providers.end(),
                        [&](const Provider& provider) { return provider.reactor == reactor; }))
            touch(at);
    }
}

ProviderIndex TablePublisher::index_of(ProviderId provider) {
    const auto place = std::find(provider_indexes_.begin(), provider_indexes_.end(), provider);
    const auto index = static_cast<ProviderIndex>(place - provider_indexes_.begin());
    if (place == provider_indexes_.end()) provider_indexes_.push_back(provider);
    return index;
}

// The shards of a shared queue are one provider: the first that can be reached speaks for all.
std::vector<Provider> TablePublisher::effective_of(const Service& service) const {
    std::vector<Provider> effective;
    if (service.is_withdrawn) return effective;
    for (const Provider& provider : service.providers) {
        if (std::find(suspended_.begin(), suspended_.end(), provider.reactor) != suspended_.end()) continue;
        const bool is_known = provider.shared_queue != nullptr &&
                              std::any_of(effective.begin(), effective.end(), [&](const Provider& other) {
                                  return other.shared_queue == provider.shared_queue;
                              });
        if (!is_known) effective.push_back(provider);
    }
    return effective;
}

bool TablePublisher::publish_changes() {
    if (dirty_.empty()) return false;
    auto next = cell_.newest().next_version();
    for (const std::size_t at : dirty_) {
        Service& service = services_[at];
        service.effective = effective_of(service);
        auto entry = std::make_shared<ServiceEntry>();
        entry->name = service.name;
        entry->handle = static_cast<ServiceHandle>(at);
        entry->policy = service.policy;
        entry->providers = service.effective;
        next->set_service(std::move(entry));
    }
    for (const std::size_t at : dirty_) services_[at].is_dirty = false;
    dirty_.clear();
    next->set_provider_index_count(static_cast<std::uint32_t>(provider_indexes_.size()));
    cell_.publish(std::move(next));
    return true;
}

}  // namespace prosa
