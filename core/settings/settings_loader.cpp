#include "core/settings/settings_loader.hpp"

#include <fcntl.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

namespace fs = std::filesystem;

constexpr std::streamsize chunk_bytes = 64 << 10;

std::string errno_text(int code) { return std::generic_category().message(code); }

bool has_extension(const fs::path& path, std::initializer_list<std::string_view> extensions) {
    const std::string extension = path.extension().string();
    return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

absl::StatusOr<std::string> read_file(const fs::path& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const auto code = errno == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kInvalidArgument;
        return make_error(code, "{}: cannot be read: {}", path.string(), errno_text(errno));
    }
    // Until it is longer than allowed, for an endless file has to end.
    std::string text;
    while (file && text.size() <= settings_bytes_max) {
        const std::size_t before = text.size();
        text.resize(before + chunk_bytes);
        file.read(text.data() + before, chunk_bytes);
        text.resize(before + static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) return invalid_argument("{}: cannot be read: {}", path.string(), errno_text(errno));
    return text;
}

absl::StatusOr<SettingsNode> load_file(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored))
        return invalid_argument("{}: a folder, expected a file", path.string());
    const bool is_toml = has_extension(path, {".toml"});
    if (!is_toml && !has_extension(path, {".yml", ".yaml", ".json"}))
        return invalid_argument("{}: unknown kind of file, expected .yml, .yaml, .json or .toml",
                                path.string());
    const auto text = read_file(path);
    if (!text.ok()) return text.status();
    return is_toml ? parse_settings_toml(*text, path.string()) : parse_settings_yaml(*text, path.string());
}

// Merges the files in their order; all errors of all files.
absl::StatusOr<SettingsNode> load_files(const std::vector<fs::path>& files) {
    SettingsNode merged = SettingsNode::make_map();
    std::string errors;
    for (const fs::path& file : files) {
        auto loaded = load_file(file);
        if (loaded.ok())
            merge_settings(merged, *std::move(loaded));
        else
            errors.append(errors.empty() ? "" : "\n").append(message_of(loaded.status()));
    }
    if (!errors.empty()) return invalid_argument("{}", errors);
    return merged;
}

absl::StatusOr<std::vector<fs::path>> settings_files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const fs::path& path = it->path();
        const bool is_hidden = path.filename().string().starts_with('.');  // an editor's lock or backup
        std::error_code ignored;
        if (!is_hidden && has_extension(path, {".yml", ".yaml", ".toml"}) && !fs::is_directory(path, ignored))
            files.push_back(path);
    }
    if (error) return invalid_argument("{}: cannot be read: {}", folder.string(), error.message());
    if (files.empty())
        return invalid_argument("{}: no settings in this folder, expected a .yml, .yaml or .toml file",
                                folder.string());
    std::sort(files.begin(), files.end());
    return files;
}

SettingsPlace whole_of(const fs::path& path) {
    return {std::make_shared<const std::string>(path.string()), 0};
}

// The folder's own name must not act as a pattern.
std::string escape_glob(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '*' || c == '?' || c == '[' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

absl::StatusOr<std::vector<fs::path>> expand_glob(const std::string& pattern) {
    glob_t matches{};
    const int result = glob(pattern.c_str(), 0, nullptr, &matches);
    std::vector<fs::path> files(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
    globfree(&matches);
    if (result != 0 && result != GLOB_NOMATCH) return invalid_argument("'{}' cannot be expanded", pattern);
    std::sort(files.begin(), files.end());  // glob's own order depends on the locale
    return files;
}

bool write_all(int file, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

absl::StatusOr<SettingsNode> load_settings(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return load_file(path);
    const auto files = settings_files_in(path);
    if (!files.ok()) return files.status();
    auto merged = load_files(*files);
    if (merged.ok()) merged->place = whole_of(path);
    return merged;
}

absl::StatusOr<SettingsNode> load_adaptor_config(std::string_view pattern, const fs::path& base_folder) {
    const std::string full = fs::path(pattern).is_absolute()
                                 ? std::string(pattern)
                                 : (fs::path(escape_glob(base_folder.string())) / pattern).string();
    const auto files = expand_glob(full);
    if (!files.ok()) return files.status();
    if (files->empty())
        return not_found("no file matches the adaptor configuration '{}' (in {})", pattern,
                         base_folder.string());
    auto merged = load_files(*files);
    if (merged.ok()) merged->place = whole_of(files->size() == 1 ? files->front() : fs::path(pattern));
    return merged;
}

fs::path settings_folder(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return path;
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

absl::StatusOr<bool> write_default_if_absent(const fs::path& path, const SettingsNode& root) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0 && errno == EEXIST) return false;
    if (file < 0) return invalid_argument("{}: cannot be created: {}", path.string(), errno_text(errno));
    std::string text = "# ProSA's default settings\n";
    text.append(has_extension(path, {".toml"}) ? to_toml(root) : to_yaml(root));
    const bool is_written = write_all(file, text);
    const int code = errno;
    if (::close(file) == 0 && is_written) return true;
    ::unlink(path.c_str());
    return invalid_argument("{}: cannot be written: {}", path.string(), errno_text(code));
}

}  // namespace prosa
