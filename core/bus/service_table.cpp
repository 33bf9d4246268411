#include "core/bus/service_table.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"

namespace prosa {

std::string_view name_of(Policy policy) noexcept {
    switch (policy) {
        case Policy::round_robin:
            return "round_robin";
        case Policy::least_outstanding:
            return "least_outstanding";
        case Policy::primary_backup:
            return "primary_backup";
        case Policy::sticky:
            return "sticky";
    }
    return "unknown";
}

std::unique_ptr<ServiceTable> ServiceTable::next_version() const {
    auto next = std::make_unique<ServiceTable>(*this);
    ++next->version_;
    return next;
}

void ServiceTable::set_service(std::shared_ptr<const ServiceEntry> entry) {
    PROSA_ASSERT(entry != nullptr && entry->handle != no_service, "an entry has its handle");
    const std::uint32_t at = value_of(entry->handle);
    while (chunks_.size() * chunk_services <= at) chunks_.push_back(std::make_shared<const Chunk>());
    auto& place = chunks_[at / chunk_services];
    auto copy = std::make_shared<Chunk>(*place);
    copy->entries[at % chunk_services] = std::move(entry);
    place = std::move(copy);
    service_count_ = std::max(service_count_, at + 1);
}

}  // namespace prosa
