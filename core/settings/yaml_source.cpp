#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/assert.hpp"
#include "core/base/string_map.hpp"
#include "core/base/visible_text.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

using Kind = SettingsNode::Kind;

struct Extent {
    std::size_t values = 1;
    std::size_t depth = 1;
};

Extent extent_of(const SettingsNode& node) {
    Extent extent;
    for (const SettingsNode& child : node.children) {
        const Extent below = extent_of(child);
        extent.values += below.values;
        extent.depth = std::max(extent.depth, below.depth + 1);
    }
    return extent;
}

// Builds the tree from the parser's events. Events rather than yaml-cpp's own tree, for the lines of keys,
// for duplicate keys, and to stop a bomb of aliases or levels before it is built. Refuses by
// YAML::ParserException.
class YamlBuilder final : public YAML::EventHandler {
  public:
    explicit YamlBuilder(std::shared_ptr<const std::string> source) : source_(std::move(source)) {}

    // Null when there was no document.
    SettingsNode take_root() { return std::move(root_); }

    // Where the last part of the text began that the parser accepted.
    std::uint32_t last_line() const noexcept { return last_line_; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (has_root_) refuse(mark, "a second document, expected one per file");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        finish({make(Kind::null, mark), anchor, {}, {}}, mark);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        // yaml-cpp writes these two escapes as the bytes of Latin-1.
        if (!holds_utf8(value)) refuse(mark, R"(the escape \_ or \N, expected \u00a0 or \u0085)");
        const bool is_quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        if (!is_quoted) check_tag(mark, tag);
        SettingsNode node = make(Kind::scalar, mark);
        node.text = value;
        node.is_quoted = is_quoted;
        finish({std::move(node), anchor, {}, {}}, mark);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) refuse(mark, "an alias inside of its own anchor");
        // Counted before it is copied: a few lines of aliases can stand for billions of values.
        count(mark, found->second.extent);
        attach(SettingsNode(found->second.node), mark);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

  private:
    struct PendingKey {
        std::string text;
        SettingsPlace place;
        bool is_present = false;
    };
    struct Frame {
        SettingsNode node;
        YAML::anchor_t anchor = YAML::NullAnchor;
        PendingKey key;
        StringMap<std::uint32_t> key_lines;  // of a map
    };
    struct Anchored {
        SettingsNode node;
        Extent extent;
    };

    [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& message) {
        throw YAML::ParserException(mark, message);
    }

    static void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!")
            refuse(mark, fmt::format("the tag '{}' is not supported, expected a value without one", tag));
    }

    SettingsNode make(Kind kind, const YAML::Mark& mark) {
        last_line_ = static_cast<std::uint32_t>(mark.line + 1);
        SettingsNode node;
        node.kind = kind;
        node.place = {source_, static_cast<std::uint32_t>(mark.line + 1)};
        return node;
    }

    void count(const YAML::Mark& mark, const Extent& extent) {
        value_count_ += extent.values;
        if (value_count_ > settings_values_max)
            refuse(mark, fmt::format("more than {} values (aliases are counted by what they stand for)",
                                     settings_values_max));
        if (stack_.size() + extent.depth > settings_depth_max)
            refuse(mark, fmt::format("nested more than {} levels deep", settings_depth_max));
    }

    void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        check_tag(mark, tag);
        count(mark, {});
        if (!stack_.empty()) check_key_is_text(stack_.back(), kind, mark);
        stack_.push_back({make(kind, mark), anchor, {}, {}});
    }

    void close() {
        PROSA_ASSERT(!stack_.empty(), "the parser closes what it opened");
        Frame frame = std::move(stack_.back());
        stack_.pop_back();
        YAML::Mark mark;
        mark.line = static_cast<int>(frame.node.place.line) - 1;
        remember(frame);
        attach(std::move(frame.node), mark);
    }

    void finish(Frame frame, const YAML::Mark& mark) {
        count(mark, {});
        remember(frame);
        attach(std::move(frame.node), mark);
    }

    void remember(const Frame& frame) {
        if (frame.anchor != YAML::NullAnchor) anchors_[frame.anchor] = {frame.node, extent_of(frame.node)};
    }

    static void check_key_is_text(const Frame& parent, Kind kind, const YAML::Mark& mark) {
        if (parent.node.kind == Kind::map && !parent.key.is_present && kind != Kind::scalar)
            refuse(mark, "a key that is not a text");
    }

    void attach(SettingsNode node, const YAML::Mark& mark) {
        if (stack_.empty()) {
            root_ = std::move(node);
            has_root_ = true;
            return;
        }
        Frame& parent = stack_.back();
        if (parent.node.kind == Kind::list) {
            parent.node.children.push_back(std::move(node));
        } else if (parent.key.is_present) {
            node.key = std::move(parent.key.text);
            node.place = parent.key.place;
            parent.key.is_present = false;
            parent.node.children.push_back(std::move(node));
        } else {
            start_entry(parent, std::move(node), mark);
        }
    }

    void start_entry(Frame& parent, SettingsNode key, const YAML::Mark& mark) const {
        check_key_is_text(parent, key.kind, mark);
        if (key.text.empty()) refuse(mark, "an empty key");
        if (key.text == "<<" && !key.is_quoted) refuse(mark, "merge keys (<<) are not supported");
        const auto line = static_cast<std::uint32_t>(mark.line + 1);
        const auto [first, is_new] = parent.key_lines.emplace(key.text, line);
        if (!is_new)
            refuse(mark,
                   fmt::format("duplicate key '{}', the first one is in line {}", key.text, first->second));
        parent.key = {std::move(key.text), {source_, line}, true};
    }

    std::shared_ptr<const std::string> source_;
    std::vector<Frame> stack_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::size_t value_count_ = 0;
    SettingsNode root_;
    bool has_root_ = false;
    std::uint32_t last_line_ = 1;
};

std::string_view line_of(std::string_view text, int line) noexcept {
    for (; line > 0; --line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

// yaml-cpp reports a tab as a fault of what follows it.
bool is_indented_by_tab(std::string_view line) noexcept {
    const std::string_view indentation = line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
    return indentation.find('\t') != std::string_view::npos;
}

// Parses `text` into the builder; throws YAML::Exception.
void build(std::string_view text, YamlBuilder& builder) {
    std::string closed(text);
    if (!closed.ends_with('\n')) closed += '\n';
    // Without an end marker yaml-cpp takes the end of the text for the end of a quoted scalar.
    closed += "...\n";
    std::istringstream stream(closed);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
}

void set_place(SettingsNode& node, const SettingsPlace& place) {
    node.place = place;
    for (SettingsNode& child : node.children) set_place(child, place);
}

// The first is what yaml-cpp meets because of our end marker.
bool is_unclosed_text(const YAML::Exception& error) {
    return error.msg == YAML::ErrorMsg::DOC_IN_SCALAR || error.msg == YAML::ErrorMsg::EOF_IN_SCALAR;
}

absl::Status error_at(std::string_view name, std::string_view text, const YAML::Exception& error,
                      std::uint32_t last_good_line) {
    const int line = std::max(error.mark.line, 0);
    if (is_unclosed_text(error))
        return invalid_argument("{}:{}: the quoted text after this place is not closed", name,
                                last_good_line);
    if (is_indented_by_tab(line_of(text, line)))
        return invalid_argument("{}:{}: a tab in the indentation, expected spaces", name, line + 1);
    return invalid_argument("{}:{}: {}", name, line + 1, visible_text(error.msg));
}

// The spellings of YAML's core schema (1.2, chapter 10.3).
bool is_yaml_null(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 5> spellings = {"", "~", "null", "Null", "NULL"};
    return std::find(spellings.begin(), spellings.end(), text) != spellings.end();
}

}  // namespace

absl::StatusOr<SettingsNode> parse_settings_yaml(std::string_view text, std::string_view name) {
    if (absl::Status status = check_source_text(text, name); !status.ok()) return status;
    YamlBuilder builder(std::make_shared<const std::string>(name));
    try {
        build(text, builder);
    } catch (const YAML::Exception& error) {
        return error_at(name, text, error, builder.last_line());
    }
    SettingsNode root = builder.take_root();
    if (root.kind == Kind::null)
        return invalid_argument("{}:1: no settings in it, expected keys with values", name);
    if (root.kind != Kind::map)
        return invalid_argument("{}: expected keys with values, got {}", root.place.text(),
                                visible_text(root.describe()));
    return root;
}

absl::StatusOr<SettingsNode> parse_settings_value(std::string_view text, const SettingsPlace& place) {
    const std::string name = place.text();
    if (absl::Status status = check_source_text(text, name); !status.ok()) return status;
    SettingsNode node;
    if (text.find_first_of("[{\"'") == 0) {
        YamlBuilder builder(place.source);
        try {
            build(text, builder);
        } catch (const YAML::Exception& error) {
            const bool is_unclosed = is_unclosed_text(error);
            return invalid_argument(
                "{}: {}", name, is_unclosed ? "a quoted text that is not closed" : visible_text(error.msg));
        }
        node = builder.take_root();
    } else if (!is_yaml_null(text)) {
        node = SettingsNode::make_scalar(std::string(text), false);
    }
    set_place(node, place);
    return node;
}

}  // namespace prosa
