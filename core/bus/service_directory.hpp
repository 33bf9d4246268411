// core/bus/service_directory.hpp: gives each service name of an instance its handle, once and for ever.
//
// Threads   any; a mutex. Processors resolve names when they start, never on the path of a transaction.
// Full      services_max names; one more is refused, because hostile names must not eat the memory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/ids.hpp"

namespace prosa {

class ServiceDirectory {
  public:
    static constexpr std::uint32_t services_max = 1U << 20;

    // The handle of `name`, made on first use; nullopt when services_max names exist. Throws std::bad_alloc; nothing has
    // happened then.
    PROSA_API std::optional<ServiceHandle> intern(std::string_view name);

    // Empty when the handle is unknown.
    PROSA_API std::string name_of(ServiceHandle handle) const;

  private:
    mutable std::mutex mutex_;
    std::map<std::string, ServiceHandle, std::less<>>
        handles_;                     // Abseil's maps do not survive a lack of memory
    std::vector<std::string> names_;  // by handle
};

}  // namespace prosa
