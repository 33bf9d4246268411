// core/settings/settings_reader.hpp: how a component reads its keys, strictly.
//
//     struct BusOptions {
//         std::uint32_t credit = 32768;
//         Nanos call_timeout_ns = 5 * ns_per_s;
//         Idle idle = Idle::adaptive;
//         std::vector<std::pair<std::string, ServiceOptions>> services;
//     };
//     void read_settings(SettingsReader& reader, BusOptions& options) {   // found by its name
//         reader.read("credit", options.credit).range(1, 1 << 20);
//         reader.read_duration("call_timeout", options.call_timeout_ns).range(1, 3600 * ns_per_s);
//         reader.read_choice("idle", options.idle, {{"adaptive", Idle::adaptive}, {"spin", Idle::spin}});
//         reader.read("services", options.services);
//     }
//
//     SettingsErrors errors;
//     SettingsReader reader(root, errors);
//     reader.read("bus", options);
//     reader.finish();                       // reports each key that nobody read
//     if (!errors.empty()) return errors.status();
//
// A value holds its default when it is passed in; a key that is absent leaves it so and adds the default to
// the tree. An error leaves the default too, is collected, and reading goes on. `key:` without a value is an
// error, except where an optional or a section is read.
//
// Types     bool, every integer type, double, std::string; std::optional (null or absent: none), std::vector,
//           std::vector<std::pair<std::string, T>> (a map with free keys, in order); any type with
//           read_settings.
// Threads   one; the tree and the errors outlive the reader.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/settings/settings_errors.hpp"
#include "core/settings/settings_node.hpp"

namespace prosa {

class SettingsReader;

// A type that reads itself from a section.
template <typename T>
concept SettingsSection = requires(SettingsReader& reader, T& value) {
    read_settings(reader, value);
};

template <typename T>
concept SettingsNumber = std::same_as<T, double> ||(std::integral<T> && !std::same_as<T, bool>);

// The number in a value that may be none.
template <typename T>
struct NumberIn {
    using Type = T;
};
template <typename T>
struct NumberIn<std::optional<T>> {
    using Type = T;
};

template <typename T>
concept RangedSetting = SettingsNumber<typename NumberIn<T>::Type>;
template <typename T>
concept SteppedSetting = std::unsigned_integral<typename NumberIn<T>::Type>;

// What was just read; its functions check it further. To be used at once.
template <typename T>
class SettingField {
  public:
    using Number = typename NumberIn<T>::Type;

    // An error when the key is absent.
    SettingField& required();

    // An error when a given value lies outside [min, max]. Numbers and durations. It takes the place of the error of a
    // value that is no such number at all, which cannot name the range.
    SettingField& range(Number min, Number max) requires RangedSetting<T>;

    // The same, and an error when it is no multiple of `step`, as min and max are.
    SettingField& multiple_of(Number step, Number min, Number max) requires SteppedSetting<T>;

    // The same, and an error when it is no power of two, as min and max are.
    SettingField& power_of_two(Number min, Number max) requires SteppedSetting<T>;

    // An error when a given text or list is empty.
    SettingField& not_empty() requires requires(const T& value) { value.empty(); };

  private:
    friend class SettingsReader;
    SettingField(SettingsReader& reader, std::string_view key, SettingsNode& node, T& value)
        : reader_(reader), key_(key), node_(node), value_(value), default_(value) {}

    // Refuses a given value that nearest(value), a number that fits, does not leave as it is.
    template <typename Nearest>
    SettingField& check(std::string_view form, Number min, Number max, bool shows_nearest, Nearest nearest);
    void refuse(std::string_view expected);

    SettingsReader& reader_;
    std::string_view key_;
    SettingsNode& node_;
    T& value_;
    T default_;
    bool is_given_ = false;    // the user wrote a value, and it fits the type
    bool is_refused_ = false;  // it does not, and the last error says so
    bool is_duration_ = false;
    Nanos bare_integer_unit_ns_ = 0;
};

class PROSA_API SettingsReader {
  public:
    // `node` is a map (or null: an empty section). `path` names it in errors, e.g. `bus`; empty for the root.
    SettingsReader(SettingsNode& node, SettingsErrors& errors, std::string path = {});

    template <typename T>
    SettingField<T> read(std::string_view key, T& value);

    // `250us`, `50ms`, `{secs: 1, nanos: 0}`; a bare integer only when its unit is given.
    SettingField<Nanos> read_duration(std::string_view key, Nanos& value_ns, Nanos bare_integer_unit_ns = 0);

    // One of the names.
    template <typename T>
    void read_choice(std::string_view key, T& value,
                     std::initializer_list<std::pair<std::string_view, std::type_identity_t<T>>> choices);

    // `auto` (none) or a number.
    template <SettingsNumber T>
    void read_or_auto(std::string_view key, std::optional<T>& value, std::type_identity_t<T> min = 0,
                      std::type_identity_t<T> max = std::numeric_limits<T>::max());

    // As read; the value is never printed, neither in errors nor in the effective configuration.
    SettingField<std::string> read_secret(std::string_view key, std::string& value);

    // The section at `key`; an empty one when it is absent.
    SettingsReader section(std::string_view key);

    // Calls visit(const std::string& name, SettingsReader& section) for every key that nobody has read yet,
    // in order: the free names beside the fixed keys (the processors at the top level).
    template <typename Visit>
    void for_each_section(Visit&& visit);

    // The same for each item of the list of sections at `key`; visit(std::size_t index, SettingsReader&
    // section).
    template <typename Visit>
    void for_each_item(std::string_view key, Visit&& visit);

    // The node at `key` for a reader of another kind, which answers for all keys below; null when absent.
    SettingsNode* take(std::string_view key);

    // True when the user wrote the key. It counts as known from now on.
    bool has(std::string_view key);

    // Reports every key below that nobody read, with the nearest one that was. Call it on the root, at the
    // end.
    void finish();

    // An error of the caller's own at the place of `key` (of the section, when the key is absent).
    void add_error(std::string_view key, std::string message);

    // Notes that the section uses `name`, for whoever looks at all sections together.
    void note_use(std::string name, SettingsPlace place);

    // Of `key`; of the section, when the key is absent.
    const SettingsPlace& place_of(std::string_view key) const noexcept;

    const std::string& path() const noexcept { return path_; }
    const SettingsPlace& place() const noexcept { return node_->place; }
    SettingsErrors& errors() noexcept { return *errors_; }

  private:
    template <typename T>
    friend class SettingField;

    std::string path_of(std::string_view key) const;

    // The node of `key`, marked as read; an absent one is added as a default.
    SettingsNode& touch(std::string_view key);
    std::vector<SettingsNode*> mark_unread();

    // False, and an error, when `node` is not of that kind.
    bool expect_kind(SettingsNode& node, SettingsNode::Kind kind, const std::string& path);
    bool reject(SettingsNode& node, const std::string& path, std::string_view expected);
    void report_unknown_keys(const SettingsNode& node, const std::string& path);

    // Each reads one node into `value`; false (and an error) when it does not fit. `value` is then
    // unspecified.
    bool parse(SettingsNode& node, const std::string& path, bool& value);
    bool parse(SettingsNode& node, const std::string& path, double& value);
    bool parse(SettingsNode& node, const std::string& path, std::string& value);
    template <typename T>
    requires std::integral<T>
    bool parse(SettingsNode& node, const std::string& path, T& value);
    template <typename T>
    bool parse(SettingsNode& node, const std::string& path, std::optional<T>& value);
    template <typename T>
    bool parse(SettingsNode& node, const std::string& path, std::vector<T>& value);
    template <typename T>
    bool parse(SettingsNode& node, const std::string& path, std::vector<std::pair<std::string, T>>& value);
    template <SettingsSection T>
    bool parse(SettingsNode& node, const std::string& path, T& value);
    bool parse_signed(SettingsNode& node, const std::string& path, std::int64_t min, std::int64_t max,
                      std::int64_t& value);
    bool parse_unsigned(SettingsNode& node, const std::string& path, std::uint64_t max, std::uint64_t& value);
    bool parse_duration_node(SettingsNode& node, const std::string& path, Nanos bare_integer_unit_ns,
                             Nanos& value_ns);
    static std::string duration_form(const SettingsNode& node, Nanos bare_integer_unit_ns);
    bool parse_secs_nanos(SettingsNode& node, const std::string& path, Nanos& value_ns);

    // Each writes a default into its node, for the effective configuration.
    static void fill(SettingsNode& node, bool value);
    static void fill(SettingsNode& node, double value);
    static void fill(SettingsNode& node, const std::string& value);
    template <typename T>
    requires std::integral<T>
    static void fill(SettingsNode& node, T value);
    template <SettingsSection T>
    static void fill(SettingsNode& node, const T& value);
    template <typename T>
    static void fill(SettingsNode& node, const std::optional<T>& value);
    template <typename T>
    static void fill(SettingsNode& node, const std::vector<T>& value);
    template <typename T>
    static void fill(SettingsNode& node, const std::vector<std::pair<std::string, T>>& value);
    static void fill_text(SettingsNode& node, std::string text, bool is_quoted);
    static void fill_children(SettingsNode& node, SettingsNode::Kind kind);

    // Returns the index of the name that the user chose, or default_index.
    std::size_t choose(std::string_view key, const std::vector<std::string_view>& names,
                       std::size_t default_index);

    SettingsNode* node_;
    SettingsErrors* errors_;
    std::string path_;
};

}  // namespace prosa

#include "core/settings/settings_reader_impl.hpp"
