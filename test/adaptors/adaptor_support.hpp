// test/adaptors/adaptor_support.hpp: instances from YAML text, messages and waiting, for the adaptors' tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "adaptors/register.hpp"
#include "core/bus/bus_client.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/config/instance_settings.hpp"
#include "core/settings/settings_loader.hpp"
#include "test/support/temporary_folder.hpp"
#include "tvf/flat_tvf.hpp"

namespace prosa::test {

inline ProcessorRegistry builtin_registry(const BuiltinAdaptors& adaptors = {}) {
    ProcessorRegistry registry;
    const absl::Status registered = register_builtin_processors(registry, adaptors);
    if (!registered.ok()) std::abort();
    return registry;
}

// A configuration that was read, and the board its sources report to.
struct Configured {
    std::unique_ptr<LoadBoard> board = std::make_unique<LoadBoard>();
    absl::StatusOr<InstanceSettings> settings = invalid_argument("not read");

    std::string error() const { return settings.ok() ? "" : message_of(settings.status()); }
};

inline Configured configure_file(const std::filesystem::path& path, const ProcessorRegistry& registry) {
    Configured configured;
    absl::StatusOr<SettingsNode> root = load_settings(path);
    if (root.ok())
        configured.settings = read_instance_settings(
            *root,
            {.registry = registry, .load_board = *configured.board, .base_folder = settings_folder(path)});
    else
        configured.settings = root.status();
    return configured;
}

// `files`: beside the configuration.
inline Configured configure(std::string_view yaml, const ProcessorRegistry& registry,
                            const std::vector<std::pair<std::string, std::string>>& files = {}) {
    const TemporaryFolder folder;
    for (const auto& [name, text] : files) folder.write(name, text);
    return configure_file(folder.write("config.yml", yaml), registry);
}

inline bool eventually(const std::function<bool()>& condition, Nanos timeout_ns = 60 * ns_per_s) {
    const Nanos deadline_ns = monotonic_now_ns() + timeout_ns;
    while (!condition()) {
        if (monotonic_now_ns() > deadline_ns) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
}

// A running instance of a configuration, stopped with the object.
class Instance {
  public:
    explicit Instance(Configured configured, Nanos shutdown_timeout_ns = 5 * ns_per_s)
        : board_(std::move(configured.board)) {
        InstanceOptions options = configured.settings->instance;
        options.name = "test";
        options.bus.shutdown_timeout_ns = shutdown_timeout_ns;
        options.pins_reactors = false;
        main_ = std::make_unique<BusMain>(options);
        for (ConfiguredProcessor& processor : configured.settings->processors)
            if (!main_->add_processor(std::move(processor.definition)).ok()) std::abort();
        if (!main_->start().ok()) std::abort();
    }

    BusMain& main() noexcept { return *main_; }
    LoadBoard& board() noexcept { return *board_; }

    // The handle of a service that has a provider.
    static ServiceHandle service(BusClient& client, std::string_view name) {
        const ServiceHandle handle = client.resolve(name);
        if (!eventually([&] { return client.has_provider(handle); })) std::abort();
        return handle;
    }

    std::uint64_t count(LoadCounter counter, std::size_t source = 0) const {
        return board_->sources().at(source)->counters[counter].value();
    }

  private:
    std::unique_ptr<LoadBoard> board_;
    std::unique_ptr<BusMain> main_;
};

// A message of text fields and numbers.
inline FlatTvf message(const std::vector<std::pair<Tag, std::string>>& texts,
                       const std::vector<std::pair<Tag, std::uint64_t>>& numbers = {}) {
    FlatTvf tvf;
    for (const auto& [tag, text] : texts)
        if (tvf.put_string(tag, text) != TvfError::none) std::abort();
    for (const auto& [tag, number] : numbers)
        if (tvf.put_unsigned(tag, number) != TvfError::none) std::abort();
    return tvf;
}

inline std::string text_at(const std::vector<std::byte>& body, Tag tag) {
    const auto view = FlatTvfView::validate(body);
    if (!view.ok()) return "(no FlatTvf)";
    const auto text = view->get_string(tag);
    return text.ok() ? std::string(text.value) : "(none)";
}

}  // namespace prosa::test
