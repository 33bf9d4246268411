#include "core/settings/settings_errors.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/visible_text.hpp"

namespace prosa {
namespace {

std::string_view source_of(const SettingsPlace& place) {
    return place.source == nullptr ? std::string_view() : std::string_view(*place.source);
}

}  // namespace

void SettingsErrors::add(const SettingsPlace& place, std::string message) {
    errors_.push_back({place, visible_text(message)});
}

void SettingsErrors::add_status(const absl::Status& status) {
    PROSA_ASSERT(!status.ok(), "an error");
    errors_.push_back({{}, message_of(status)});
}

void SettingsErrors::remove_last() {
    PROSA_ASSERT(!errors_.empty(), "an error to take back");
    errors_.pop_back();
}

absl::Status SettingsErrors::status() const {
    if (errors_.empty()) return absl::OkStatus();
    std::vector<const Error*> sorted;
    for (const Error& error : errors_) sorted.push_back(&error);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Error* a, const Error* b) {
        return std::pair(source_of(a->place), a->place.line) < std::pair(source_of(b->place), b->place.line);
    });
    std::string text;
    for (const Error* error : sorted) {
        if (!text.empty()) text += '\n';
        if (error->place.source != nullptr) text += error->place.text() + ": ";
        text += error->message;
    }
    return invalid_argument("{}", text);
}

}  // namespace prosa
