// adaptors/kit/adaptor_list.hpp: the adaptors of one processor kind, by the name a configuration uses.
//
// Threads   one, at start-up.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/assert.hpp"
#include "core/base/status.hpp"
#include "core/bus/processor_registry.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {

// KindOptions is what the kind itself reads from the section, before the adaptor reads its part.
template <typename KindOptions>
class AdaptorList {
  public:
    using Configure = std::function<absl::StatusOr<ProcessorFactory>(ProcessorSetup&, const KindOptions&)>;
    using ReadOptions = std::function<KindOptions(ProcessorSetup&)>;

    // Asserted: the name is new. The first one added is the default.
    void add(std::string name, std::string description, Configure configure) {
        PROSA_ASSERT(find(name) == nullptr, "two adaptors of one kind have the same name");
        entries_.push_back({{std::move(name), std::move(description)}, std::move(configure)});
    }

    std::vector<AdaptorKind> names() const {
        std::vector<AdaptorKind> names;
        for (const Entry& entry : entries_) names.push_back(entry.kind);
        return names;
    }

    ProcessorKind kind(std::string name, std::string description, bool is_source, ReadOptions read) const {
        PROSA_ASSERT(!entries_.empty(), "a kind has at least one adaptor");
        ProcessorKind kind{.name = std::move(name),
                           .description = std::move(description),
                           .adaptors = names(),
                           .is_source = is_source,
                           .configure = {}};
        kind.configure = [list = *this, read = std::move(read)](ProcessorSetup& setup) {
            return list.configure(setup, read(setup));
        };
        return kind;
    }

  private:
    struct Entry {
        AdaptorKind kind;
        Configure configure;
    };

    const Entry* find(std::string_view name) const noexcept {
        for (const Entry& entry : entries_)
            if (entry.kind.name == name) return &entry;
        return nullptr;
    }

    absl::StatusOr<ProcessorFactory> configure(ProcessorSetup& setup, const KindOptions& options) const {
        const Entry* const entry = setup.adaptor.empty() ? &entries_.front() : find(setup.adaptor);
        if (entry != nullptr) return entry->configure(setup, options);
        std::vector<std::string_view> names;
        for (const Entry& known : entries_) names.push_back(known.kind.name);
        return not_found("'{}.adaptor': unknown adaptor '{}'{}", setup.name, setup.adaptor,
                         suggestion(setup.adaptor, names));
    }

    std::vector<Entry> entries_;
};

}  // namespace prosa
