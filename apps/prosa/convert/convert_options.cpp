#include "apps/prosa/convert/convert_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "apps/prosa/exit_code.hpp"

namespace prosa::convert {
namespace {

constexpr const char* description =
    "Converts messages from standard input to standard output, one or a stream of them.\n"
    "json: objects one behind the other, written one a line; a type that would be lost stands beside its "
    "value.\n"
    "tvf: FlatTvf, binary; each message says its own length.\n"
    "simple: SimpleStringTvf, one message a line; it drops fractions of a second, and that is told.\n"
    "text: for people, sensitive values masked; output only. The other forms hold every value in clear.\n"
    "The first bad message ends the conversion: standard error says which, where, and what was expected.";

constexpr const char* footer =
    "Exit codes: 0 all was converted; 1 a bad message, or the output cannot be written;\n"
    "2 wrong usage, or a bad dictionary.";

const std::map<std::string, MessageForm> forms = {{"json", MessageForm::json},
                                                  {"tvf", MessageForm::tvf},
                                                  {"simple", MessageForm::simple},
                                                  {"text", MessageForm::text}};

void add_form(CLI::App& app, const char* name, MessageForm& form, const char* help,
              const std::vector<std::string>& words) {
    app.add_option_function<std::string>(
           name, [&form](const std::string& word) { form = forms.at(word); }, help)
        ->required()
        ->type_name("FORM")
        ->check(CLI::IsMember(words));
}

void add_options(CLI::App& app, ConvertOptions& options) {
    add_form(app, "--from", options.from, "Of standard input", {"json", "tvf", "simple"});
    add_form(app, "--to", options.to, "Of standard output", {"json", "tvf", "simple", "text"});
    app.add_option("--dictionary", options.dictionary,
                   "Names, types, sensitivity of tags: iso8583 (that of run), none, or a YAML or TOML file")
        ->type_name("FILE|NAME")
        ->capture_default_str();
    app.add_flag("--unmask", options.is_unmasked, "Show sensitive values in the form text");
}

}  // namespace

ConvertArguments parse_convert_arguments(std::vector<std::string> arguments) {
    ConvertOptions options;
    CLI::App app(description, "prosa convert");
    app.footer(footer);
    add_options(app, options);
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
        app.parse(std::move(arguments));
        if (options.is_unmasked && options.to != MessageForm::text)
            throw CLI::ValidationError("--unmask",
                                       "is for --to text; the other forms hold every value in clear");
    } catch (const CLI::ParseError& error) {
        return {std::nullopt, app.exit(error) == 0 ? exit_ok : exit_usage};
    }
    return {options, exit_ok};
}

}  // namespace prosa::convert
