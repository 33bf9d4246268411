#include "core/settings/settings_printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/base/json_string.hpp"

namespace prosa {
namespace {

using Kind = SettingsNode::Kind;

constexpr std::string_view hidden_text = "***";

bool is_alphanumeric(char c) noexcept { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
}

bool is_hidden(const SettingsNode& node) {
    // Nothing to hide; and a default must not turn into the text that hides.
    if (node.text.empty() && node.children.empty()) return false;
    if (node.is_secret) return true;
    const std::string key = lower_case(node.key);
    constexpr std::array<std::string_view, 5> words = {"password", "passwd", "passphrase", "secret", "token"};
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return key.find(word) != std::string::npos; });
}

std::size_t skip_digits(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at;
}

// -?digits(.digits)?(e[+-]?digits)?: a number in YAML, and in TOML when it has no leading zero.
bool looks_like_number(std::string_view text) noexcept {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    std::size_t end = skip_digits(text, at);
    if (end == at) return false;
    if (end < text.size() && text[end] == '.') {
        at = end + 1;
        end = skip_digits(text, at);
        if (end == at) return false;
    }
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
        at = end + 1;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        end = skip_digits(text, at);
        if (end == at) return false;
    }
    return end == text.size();
}

bool is_yaml_keyword(std::string_view text) {
    const std::string lower = lower_case(text);
    constexpr std::array<std::string_view, 9> words = {"true", "false", "null", "yes", "no",
                                                       "on",   "off",   "y",    "n"};
    return std::find(words.begin(), words.end(), lower) != words.end();
}

// Text that every YAML reader takes for this text, in blocks and in flows.
bool is_safe_plain(std::string_view text) noexcept {
    if (text.empty() || !(is_alphanumeric(text[0]) || text[0] == '/' || text[0] == '_')) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '+';
    });
}

std::string yaml_key(std::string_view key) {
    return is_safe_plain(key) && !is_yaml_keyword(key) ? std::string(key) : json_string(key);
}

std::string yaml_scalar(const SettingsNode& node) {
    if (is_hidden(node)) return json_string(hidden_text);
    if (node.kind == Kind::null) return "null";
    const std::string text = printable_text(node);
    if (!node.is_quoted && (looks_like_number(text) || is_safe_plain(text))) return text;
    const bool is_other_type = looks_like_number(text) || is_yaml_keyword(text);
    return is_safe_plain(text) && !is_other_type ? text : json_string(text);
}

bool has_nested(const SettingsNode& list) {
    return std::any_of(list.children.begin(), list.children.end(), [](const SettingsNode& item) {
        return item.kind == Kind::map || item.kind == Kind::list;
    });
}

// `[a, b]`, also for a list in a list.
std::string yaml_flow_list(const SettingsNode& list) {
    std::string out = "[";
    for (const SettingsNode& item : list.children) {
        if (out.size() > 1) out += ", ";
        out += yaml_scalar(item);
    }
    return out + "]";
}

class YamlWriter {
  public:
    // The value after `key:` or `-`; a block starts on the next line.
    void write_value(const SettingsNode& node, int indent) {
        if (is_hidden(node) || node.kind == Kind::scalar || node.kind == Kind::null) {
            out_ += ' ' + yaml_scalar(node) + '\n';
        } else if (node.children.empty()) {
            out_ += node.kind == Kind::list ? " []\n" : " {}\n";
        } else if (node.kind == Kind::list && !has_nested(node)) {
            out_ += ' ' + yaml_flow_list(node) + '\n';
        } else {
            out_ += '\n';
            write_block(node, indent);
        }
    }

    // Without the first line's indentation when the block goes on in a line.
    void write_block(const SettingsNode& node, int indent, bool continues_line = false) {
        for (const SettingsNode& child : node.children) {
            if (!continues_line) out_.append(static_cast<std::size_t>(indent), ' ');
            continues_line = false;
            const bool is_item = node.kind == Kind::list;
            if (is_item && child.kind == Kind::map && !child.children.empty() && !is_hidden(child)) {
                out_ += "- ";
                write_block(child, indent + 2, true);
            } else {
                out_ += is_item ? "-" : yaml_key(child.key) + ':';
                write_value(child, indent + 2);
            }
        }
    }

    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

std::string toml_key(std::string_view key) {
    const bool is_bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return is_alphanumeric(c) || c == '_' || c == '-';
    });
    return is_bare ? std::string(key) : json_string(key);
}

bool is_toml_bare_value(std::string_view text) noexcept {
    if (text == "true" || text == "false") return true;
    if (!looks_like_number(text)) return false;
    const std::size_t first = text[0] == '-' ? 1 : 0;
    return text[first] != '0' || text.size() == first + 1 || text[first + 1] < '0' || text[first + 1] > '9';
}

// A value on one line: a scalar, an array or an inline table.
std::string toml_inline(const SettingsNode& node) {
    if (is_hidden(node)) return json_string(hidden_text);
    if (node.kind == Kind::list || node.kind == Kind::map) {
        std::string out(1, node.kind == Kind::list ? '[' : '{');
        for (const SettingsNode& child : node.children) {
            if (child.kind == Kind::null) continue;
            if (out.size() > 1) out += ", ";
            if (node.kind == Kind::map) out += toml_key(child.key) + " = ";
            out += toml_inline(child);
        }
        return out + (node.kind == Kind::list ? ']' : '}');
    }
    const std::string text = printable_text(node);
    return !node.is_quoted && is_toml_bare_value(text) ? text : json_string(text);
}

// TOML wants the plain keys of a table before its sub-tables.
void write_toml_table(const SettingsNode& table, const std::string& path, std::string& out) {
    const auto is_table = [](const SettingsNode& node) { return node.kind == Kind::map && !is_hidden(node); };
    if (!path.empty()) out += fmt::format("\n[{}]\n", path);
    for (const SettingsNode& child : table.children)
        if (!is_table(child) && child.kind != Kind::null)
            out += fmt::format("{} = {}\n", toml_key(child.key), toml_inline(child));
    for (const SettingsNode& child : table.children)
        if (is_table(child))
            write_toml_table(child, path.empty() ? toml_key(child.key) : path + '.' + toml_key(child.key),
                             out);
}

bool is_scheme_character(char c) noexcept { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; }

}  // namespace

std::string mask_url_credentials(std::string_view text) {
    std::string out;
    while (true) {
        const std::size_t mark = text.find("://");
        if (mark == std::string_view::npos) return out.append(text);
        const std::size_t authority = mark + 3;
        const std::size_t end = std::min(text.find_first_of("/?# \t\n\"'", authority), text.size());
        const std::size_t at = text.substr(0, end).rfind('@');
        const bool has_scheme = mark > 0 && is_scheme_character(text[mark - 1]);
        out.append(text.substr(0, authority));
        if (has_scheme && at != std::string_view::npos && at >= authority) {
            out.append(hidden_text);
            text.remove_prefix(at);
        } else {
            text.remove_prefix(authority);
        }
    }
}

std::string printable_text(const SettingsNode& scalar) {
    return is_hidden(scalar) ? std::string(hidden_text) : mask_url_credentials(scalar.text);
}

std::string to_yaml(const SettingsNode& root) {
    YamlWriter writer;
    if (root.kind == Kind::map && !root.children.empty()) {
        writer.write_block(root, 0);
        return writer.take();
    }
    writer.write_value(root, 0);
    return writer.take().substr(1);
}

std::string to_toml(const SettingsNode& root) {
    std::string out;
    write_toml_table(root, {}, out);
    return out;
}

}  // namespace prosa
