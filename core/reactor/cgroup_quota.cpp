#include "core/reactor/cgroup_quota.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace prosa {
namespace {

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    return value;
}

void keep_smaller(std::optional<double>& smallest, std::optional<double> value) {
    if (value.has_value()) smallest = std::min(smallest.value_or(*value), *value);
}

std::optional<double> read_v1_quota(const std::string& folder) {
    const auto quota_us = parse_number(read_text(folder + "/cpu.cfs_quota_us"));
    const auto period_us = parse_number(read_text(folder + "/cpu.cfs_period_us"));
    if (!quota_us.has_value() || !period_us.has_value() || *quota_us <= 0 || *period_us <= 0)
        return std::nullopt;
    return *quota_us / *period_us;
}

// The group's limit and those of its ancestors up to the mount. A path that is not visible here (a container
// sees its own group as the root) contributes nothing.
template <typename ReadQuota>
std::optional<double> smallest_on_path(const std::string& mount, std::string path, ReadQuota read_quota) {
    std::optional<double> smallest;
    while (!path.empty() && path != "/") {
        keep_smaller(smallest, read_quota(mount + path));
        path.resize(path.find_last_of('/'));
    }
    keep_smaller(smallest, read_quota(mount));
    return smallest;
}

bool names_cpu_controller(std::string_view controllers) {
    for (std::size_t start = 0; start <= controllers.size();) {
        const std::size_t end = std::min(controllers.find(',', start), controllers.size());
        if (controllers.substr(start, end - start) == "cpu") return true;
        start = end + 1;
    }
    return false;
}

}  // namespace

std::optional<double> parse_cpu_max(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto quota_us = parse_number(text.substr(0, space));
    const auto period_us = parse_number(text.substr(space + 1));
    if (!quota_us.has_value() || !period_us.has_value() || *quota_us <= 0 || *period_us <= 0)
        return std::nullopt;
    return *quota_us / *period_us;
}

std::optional<double> read_cgroup_quota_cpus(const std::string& root) {
    const std::string mount = root + "/sys/fs/cgroup";
    std::optional<double> smallest;
    std::istringstream groups(read_text(root + "/proc/self/cgroup"));
    // Each line is `hierarchy:controllers:path`; v2 has hierarchy 0 and no controllers.
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string path = line.substr(second + 1);
        if (!path.starts_with('/')) continue;
        const auto read_v2 = [](const std::string& folder) {
            return parse_cpu_max(read_text(folder + "/cpu.max"));
        };
        if (controllers.empty()) {
            keep_smaller(smallest, smallest_on_path(mount, path, read_v2));
        } else if (names_cpu_controller(controllers)) {
            keep_smaller(smallest, smallest_on_path(mount + "/" + controllers, path, read_v1_quota));
            keep_smaller(smallest, smallest_on_path(mount + "/cpu", path, read_v1_quota));
        }
    }
    return smallest;
}

}  // namespace prosa
