#include "core/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

namespace prosa {
namespace {

struct Level {
    std::string_view name;
    std::string_view number;
    spdlog::level::level_enum level;
};

constexpr std::array<Level, 6> levels = {{
    {"off", "0", spdlog::level::off},
    {"error", "1", spdlog::level::err},
    {"warn", "2", spdlog::level::warn},
    {"info", "3", spdlog::level::info},
    {"debug", "4", spdlog::level::debug},
    {"trace", "5", spdlog::level::trace},
}};

// Made when the program is loaded: what is logged first may be that there is no memory.
[[maybe_unused]] const spdlog::logger& log_at_load = log();

}  // namespace

spdlog::logger& log() noexcept {
    // Never destroyed: a reactor thread may log while the process exits.
    static auto* const logger = [] {
        auto* made = new std::shared_ptr<spdlog::logger>(std::make_shared<spdlog::logger>(
            "prosa", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
        (*made)->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
        return made;
    }();
    return **logger;
}

std::optional<std::string_view> parse_log_level(std::string_view text) noexcept {
    const auto found = std::find_if(levels.begin(), levels.end(), [text](const Level& level) {
        return text == level.number ||
               std::equal(text.begin(), text.end(), level.name.begin(), level.name.end(),
                          [](char given, char small) {
                              return std::tolower(static_cast<unsigned char>(given)) == small;
                          });
    });
    return found == levels.end() ? std::nullopt : std::optional(found->name);
}

bool set_log_level(std::string_view text) noexcept {
    const auto name = parse_log_level(text);
    const auto found =
        std::find_if(levels.begin(), levels.end(), [&](const Level& level) { return level.name == name; });
    if (found == levels.end()) return false;
    log().set_level(found->level);
    return true;
}

}  // namespace prosa
