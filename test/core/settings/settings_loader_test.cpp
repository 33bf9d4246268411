#include "core/settings/settings_loader.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_source.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

std::string yaml_of(const absl::StatusOr<SettingsNode>& root) {
    return root.ok() ? to_yaml(*root) : message_of(root.status());
}

}  // namespace

TEST_CASE("the extension tells the format") {
    const TemporaryFolder folder;
    CHECK(yaml_of(load_settings(folder.write("a.yml", "a: 1\n"))) == "a: 1\n");
    CHECK(yaml_of(load_settings(folder.write("a.yaml", "a: 2\n"))) == "a: 2\n");
    CHECK(yaml_of(load_settings(folder.write("a.toml", "a = 3\n"))) == "a: 3\n");
    CHECK(yaml_of(load_settings(folder.write("a.json", "{\"a\": 4}"))) == "a: 4\n");
    const fs::path other = folder.write("a.ini", "a=5\n");
    CHECK(yaml_of(load_settings(other)) ==
          other.string() + ": unknown kind of file, expected .yml, .yaml, .json or .toml");
}

TEST_CASE("a missing file is not found, a malformed one is invalid") {
    const TemporaryFolder folder;
    const auto missing = load_settings(folder.path() / "none.yml");
    CHECK(missing.status().code() == absl::StatusCode::kNotFound);
    CHECK(message_of(missing.status()).find("none.yml: cannot be read: No such file") != std::string::npos);
    const auto malformed = load_settings(folder.write("bad.yml", "a: [\n"));
    CHECK(malformed.status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a folder is merged deeply in the order of its names, later wins") {
    const TemporaryFolder folder;
    folder.write("20.toml", "name = \"late\"\n[bus]\ncredit = 2\n");
    folder.write("10.yml", "name: early\nbus: {credit: 1, idle: spin}\nlist: [1, 2]\n");
    folder.write("30.yaml", "list: [3]\n");
    folder.write("40.json", "{\"ignored\": 1}");
    folder.write(".50.yml", "ignored: [\n");
    fs::create_directory(folder.path() / "60.yml");
    const auto root = load_settings(folder.path());
    CHECK(yaml_of(root) == "name: late\nbus:\n  credit: 2\n  idle: spin\nlist: [3]\n");
    REQUIRE(root.ok());
    CHECK(root->find("bus")->find("idle")->place.text() == (folder.path() / "10.yml").string() + ":2");
    CHECK(root->find("bus")->find("credit")->place.text() == (folder.path() / "20.toml").string() + ":3");
}

TEST_CASE("all faulty files of a folder are named") {
    const TemporaryFolder folder;
    folder.write("a.yml", "a: [\n");
    folder.write("b.yml", "a: 1\n");
    folder.write("c.toml", "a =\n");
    const std::string message = yaml_of(load_settings(folder.path()));
    CHECK(message.find("a.yml:2: ") != std::string::npos);
    CHECK(message.find((folder.path() / "c.toml").string() + ":1: ") != std::string::npos);
}

TEST_CASE("a folder without settings is an error") {
    const TemporaryFolder folder;
    CHECK(yaml_of(load_settings(folder.path())) ==
          folder.path().string() + ": no settings in this folder, expected a .yml, .yaml or .toml file");
}

TEST_CASE("an adaptor's configuration is a glob beside the main file") {
    const TemporaryFolder folder;
    const fs::path main_file = folder.write("main.yml", "name: x\n");
    folder.write("rules_b.yml", "b: 2\nc: 2\n");
    folder.write("rules_a.toml", "a = 1\nc = 1\n");
    const fs::path base = settings_folder(main_file);
    CHECK(base == folder.path());
    CHECK(yaml_of(load_adaptor_config("rules_*", base)) == "a: 1\nc: 2\nb: 2\n");
    CHECK(yaml_of(load_adaptor_config("rules_b.yml", base)) == "b: 2\nc: 2\n");
    CHECK(yaml_of(load_adaptor_config((base / "rules_b.*").string(), "/")) == "b: 2\nc: 2\n");
    const auto none = load_adaptor_config("ruels_*.yml", base);
    CHECK(none.status().code() == absl::StatusCode::kNotFound);
    CHECK(message_of(none.status()) ==
          "no file matches the adaptor configuration 'ruels_*.yml' (in " + base.string() + ")");
}

TEST_CASE("a folder's own name is no pattern, and a folder that matches is an error") {
    const TemporaryFolder folder;
    fs::create_directory(folder.path() / "x[1]*");
    folder.write("x[1]*/r.yml", "a: 1\n");
    CHECK(yaml_of(load_adaptor_config("r.yml", folder.path() / "x[1]*")) == "a: 1\n");
    fs::create_directory(folder.path() / "d.yml");
    CHECK(yaml_of(load_adaptor_config("d.yml", folder.path())).find("d.yml: a folder, expected a file") !=
          std::string::npos);
}

TEST_CASE("the folder of a file without one is here") {
    CHECK(settings_folder("prosa.yml") == fs::path("."));
}

TEST_CASE("a default file is written once and never overwritten") {
    const TemporaryFolder folder;
    const auto root = parse_settings_yaml("name: demo\nbus: {credit: 5}\n", "t.yml");
    REQUIRE(root.ok());
    for (const char* const name : {"new.yml", "new.toml"}) {
        const fs::path path = folder.path() / name;
        const auto first = write_default_if_absent(path, *root);
        REQUIRE(first.ok());
        CHECK(*first);
        CHECK(yaml_of(load_settings(path)) == "name: demo\nbus:\n  credit: 5\n");
    }
    const fs::path broken = folder.write("broken.yml", "a: [\n");
    const auto second = write_default_if_absent(broken, *root);
    REQUIRE(second.ok());
    CHECK_FALSE(*second);
    std::ostringstream text;
    text << std::ifstream(broken).rdbuf();
    CHECK(text.str() == "a: [\n");
    CHECK_FALSE(write_default_if_absent(folder.path() / "no" / "such" / "x.yml", *root).ok());
}

}  // namespace prosa
