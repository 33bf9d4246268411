// apps/prosa/environment_facts.hpp: what a measurement depends on, to be kept with it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

// Name and value: version, compiler, date (UTC), kernel, CPU, allowed and isolated CPUs, governor, quota,
// virtual machine, clock.
PROSA_API std::vector<std::pair<std::string, std::string>> environment_facts();

}  // namespace prosa
