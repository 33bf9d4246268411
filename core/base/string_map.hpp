// core/base/string_map.hpp: hash map with std::string keys that is searched with a std::string_view.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <functional>
#include <string>
#include <string_view>

namespace prosa {

// Debian's absl::flat_hash_map<std::string, V> accepts absl::string_view only; these accept ours.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

template <typename Value>
using StringMap = absl::flat_hash_map<std::string, Value, StringHash, std::equal_to<>>;

}  // namespace prosa
