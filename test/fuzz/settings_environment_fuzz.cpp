// Overrides by the environment: each line of the input is a variable without its prefix, over a fixed tree.
// They are refused or give a tree that can be printed and read again.
#include <string>
#include <vector>

#include "core/settings/settings_loader.hpp"
#include "test/fuzz/settings_support.hpp"

namespace {

using namespace prosa;

// A tree of each kind, and no more: most of an execution copies, prints and reads it again.
SettingsNode base_tree() {
    auto root = parse_settings_yaml("bus:\n  call-timeout: 5s\n  services: {A: b}\nlist: [{b: c}]\na__b: 1\n",
                                    "base.yml");
    fuzz::expect(root.ok(), "the base is well-formed");
    return *std::move(root);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const SettingsNode base = base_tree();
    const std::vector<std::string> variables =
        fuzz::variables_of({reinterpret_cast<const char*>(data), size});
    SettingsNode root = base;
    const absl::Status applied = apply_environment(root, {variables.begin(), variables.end()});
    if (!applied.ok()) {
        fuzz::expect_lines_of_text(message_of(applied));
        return 0;
    }
    // What is as it was prints as it did.
    root.children.remove_if([](const SettingsNode& node) {
        const SettingsNode* const before = base.find(node.key);
        return before != nullptr && fuzz::is_read_back(*before, node, false);
    });
    fuzz::expect_yaml_reads_back(root);
    return 0;
}
