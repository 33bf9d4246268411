#include "core/bus/service_directory.hpp"

#include <bit>
#include <utility>

namespace prosa {

std::optional<ServiceHandle> ServiceDirectory::intern(std::string_view name) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = handles_.find(name); found != handles_.end()) return found->second;
    if (names_.size() == services_max) return std::nullopt;
    const auto handle = static_cast<ServiceHandle>(names_.size());
    names_.reserve(std::bit_ceil(names_.size() + 1));
    std::string copy(name);
    handles_.emplace(std::string(name), handle);
    names_.push_back(std::move(copy));
    return handle;
}

std::string ServiceDirectory::name_of(ServiceHandle handle) const {
    const std::scoped_lock lock(mutex_);
    const auto at = value_of(handle);
    return at < names_.size() ? names_[at] : std::string();
}

}  // namespace prosa
