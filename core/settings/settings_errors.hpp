// core/settings/settings_errors.hpp: all that is wrong with a configuration, so that one run shows
// everything.
//
// Threads   one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/settings/settings_node.hpp"

namespace prosa {

class PROSA_API SettingsErrors {
  public:
    // The message says what was wrong and what was expected; `place` is put before it. It stays one line: a
    // control character, which a quoted text may hold, is shown as \u000a.
    void add(const SettingsPlace& place, std::string message);

    // An error that names its place itself: those of the parsers. Asserted: not OK.
    void add_status(const absl::Status& status);

    // Takes the last one back, for one that says more. Asserted: there is one.
    void remove_last();

    bool empty() const noexcept { return errors_.empty(); }
    std::size_t count() const noexcept { return errors_.size(); }

    // OK, or InvalidArgument with one line `file:line: message` per error, in the order of the places.
    absl::Status status() const;

  private:
    struct Error {
        SettingsPlace place;
        std::string message;
    };
    std::vector<Error> errors_;
};

}  // namespace prosa
