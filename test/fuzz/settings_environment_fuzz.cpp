// Overrides by the environment: each line of the input is a variable without its prefix, over a fixed tree.
// They are refused or give a tree that can be printed and read again.
#include <string>
#include <vector>

#include "core/settings/settings_loader.hpp"
#include "test/fuzz/settings_support.hpp"

namespace {

using namespace prosa;

SettingsNode base_tree() {
    auto root = parse_settings_yaml(
        "name: a\nbus:\n  credit: 5\n  call-timeout: 5s\n  services: {A: {policy: sticky}}\nlist: [1, {b: "
        "c}]\n"
        "a__b: 1\n",
        "base.yml");
    fuzz::expect(root.ok(), "the base is well-formed");
    return *std::move(root);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const SettingsNode base = base_tree();
    fuzz::FuzzInput input(data, size);
    std::vector<std::string> variables;
    for (std::string_view rest = input.rest(); !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        variables.push_back("PROSA_" + std::string(line));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    SettingsNode root = base;
    if (apply_environment(root, {variables.begin(), variables.end()}).ok())
        fuzz::expect_yaml_reads_back(root);
    return 0;
}
