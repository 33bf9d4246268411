#include "core/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <memory>
#include <string>

namespace prosa {

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

bool set_log_level(std::string_view name) noexcept {
    const auto level = spdlog::level::from_str(std::string(name));
    if (level == spdlog::level::off && name != "off") return false;
    log().set_level(level);
    return true;
}

}  // namespace prosa
