#include "adaptors/stub/delay_model.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/base/units.hpp"

namespace prosa {
namespace {

constexpr Nanos delay_max_ns = 3600 * ns_per_s;

std::optional<Nanos> duration_of(const SettingsNode& node) {
    if (node.kind != SettingsNode::Kind::scalar) return std::nullopt;
    const absl::StatusOr<Nanos> parsed = parse_duration(node.text);
    if (!parsed.ok() || *parsed > delay_max_ns) return std::nullopt;
    return *parsed;
}

std::optional<DelayModel> read_uniform(SettingsReader& section) {
    const SettingsNode* const list = section.take("uniform");
    std::vector<Nanos> bounds;
    if (list != nullptr)
        for (const SettingsNode& item : list->children)
            if (const auto bound = duration_of(item)) bounds.push_back(*bound);
    if (bounds.size() == 2 && list->children.size() == 2 && bounds[0] <= bounds[1])
        return DelayModel::uniform(bounds[0], bounds[1]);
    section.add_error("uniform", "expects two durations up to 1h, low first, such as [1ms, 3ms]");
    return std::nullopt;
}

std::optional<DelayModel> read_exponential(SettingsReader& section) {
    Nanos mean_ns = 0;
    section.read_duration("exponential", mean_ns).range(1, delay_max_ns);
    Nanos max_ns = std::min(50 * mean_ns, delay_max_ns);
    section.read_duration("max", max_ns).range(mean_ns, delay_max_ns);
    return DelayModel::exponential(mean_ns, max_ns);
}

}  // namespace

Nanos DelayModel::draw_ns(RandomSource& random) const noexcept {
    switch (kind_) {
        case Kind::fixed:
            return low_or_mean_ns_;
        case Kind::uniform:
            return low_or_mean_ns_ +
                   std::llround(random.uniform() * static_cast<double>(high_ns_ - low_or_mean_ns_));
        case Kind::exponential:
            return std::min(std::llround(random.exponential() * static_cast<double>(low_or_mean_ns_)),
                            static_cast<long long>(high_ns_));
    }
    return 0;
}

DelayModel DelayModel::read(SettingsReader& reader, std::string_view key, const DelayModel& fallback) {
    SettingsNode* const node = reader.has(key) ? reader.take(key) : nullptr;
    const bool is_model =
        node != nullptr && node->kind == SettingsNode::Kind::map && node->find("secs") == nullptr;
    if (!is_model) {
        if (node == nullptr && fallback.kind_ != Kind::fixed) return fallback;
        Nanos delay_ns = fallback.low_or_mean_ns_;
        reader.read_duration(key, delay_ns).range(0, delay_max_ns);
        return fixed(delay_ns);
    }
    SettingsReader section(*node, reader.errors(),
                           reader.path().empty() ? std::string(key) : reader.path() + "." + std::string(key));
    std::optional<DelayModel> model;
    if (section.has("uniform")) {
        model = read_uniform(section);
    } else if (section.has("exponential")) {
        model = read_exponential(section);
    } else {
        section.add_error("uniform", "or 'exponential' is expected in a delay that is no plain duration");
    }
    section.finish();
    return model.value_or(fallback);
}

}  // namespace prosa
