// Random operations on a FlatTvf, a SimpleStringTvf and a map: they agree on every get of the type that was
// put, on what is there and on the order of the fields.
//
// Inputs of an even size go through one writer over a large buffer; those of an odd size through TVFs that own their
// bytes, where each operation reopens what is there and grows it.
//
// An operation is a byte that chooses it, a byte for the tag, and the bytes of a value. Date-times agree to
// the second: the text form has no fractions.
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "test/fuzz/fuzz_input.hpp"
#include "tvf/flat_tvf.hpp"
#include "tvf/simple_string_tvf.hpp"

namespace {

using namespace prosa;
using fuzz::expect;
using fuzz::FuzzInput;

using Bytes = std::vector<std::byte>;
struct Model;
using Value = std::variant<std::uint64_t, std::int64_t, std::uint8_t, double, std::string, Bytes, Date,
                           DateTime, std::unique_ptr<Model>>;

// What both implementations have to hold.
struct Model {
    std::map<Tag, Value> values;
    std::vector<Tag> order;

    void put(Tag tag, Value value) {
        if (!values.contains(tag)) order.push_back(tag);
        values[tag] = std::move(value);
    }
    bool remove(Tag tag) {
        std::erase(order, tag);
        return values.erase(tag) != 0;
    }
};

// Few tags, so that they meet again; near, far, and equal in their lowest bits.
Tag tag_of(std::uint8_t byte) {
    constexpr std::array<Tag, 4> bases = {0, 64, 4'294'967'280, 1'000'000};
    return bases[byte >> 6] + (byte & 7U);
}

// Both sides of a level that is open.
struct Writers {
    FlatTvfWriter& flat;
    SimpleStringTvfWriter& simple;

    template <typename Put>
    void put(Put&& put) const {
        expect(put(flat) == TvfError::none && put(simple) == TvfError::none, "a proper value is taken");
    }
};

class Operations {
  public:
    explicit Operations(FuzzInput input) : input_(input) {}

    // Until the input or the level ends.
    void run(const Writers& to, Model& model, std::uint32_t depth) {
        while (step(to, model, depth)) continue;
    }

    // One operation; false at the end of the input or the level.
    bool step(const Writers& to, Model& model, std::uint32_t depth) {
        if (input_.is_empty()) return false;
        const std::uint8_t operation = input_.take<std::uint8_t>() % 12;
        if (operation == 11) return false;
        const Tag tag = tag_of(input_.take<std::uint8_t>());
        if (operation == 10)
            remove(to, model, tag);
        else if (operation == 9)
            nest(to, model, tag, depth);
        else
            put(to, model, tag, operation);
        return true;
    }

  private:
    void put(const Writers& to, Model& model, Tag tag, std::uint8_t type) {
        switch (type) {
            case 0:
                return put_value(
                    to, model, tag, input_.take<std::uint64_t>(),
                    [](auto& writer, Tag at, std::uint64_t value) { return writer.put_unsigned(at, value); });
            case 1:
                return put_value(
                    to, model, tag, input_.take<std::int64_t>(),
                    [](auto& writer, Tag at, std::int64_t value) { return writer.put_signed(at, value); });
            case 2:
                return put_value(
                    to, model, tag, input_.take<std::uint8_t>(),
                    [](auto& writer, Tag at, std::uint8_t value) { return writer.put_byte(at, value); });
            case 3:
                return put_value(
                    to, model, tag, input_.take<double>(),
                    [](auto& writer, Tag at, double value) { return writer.put_float(at, value); });
            case 4:
                return put_string(to, model, tag);
            case 5:
                return put_bytes(to, model, tag);
            case 6:
                return put_date(to, model, tag);
            default:
                return put_value(
                    to, model, tag, DateTime{input_.take<std::int64_t>()},
                    [](auto& writer, Tag at, DateTime value) { return writer.put_datetime(at, value); });
        }
    }

    template <typename T, typename Put>
    static void put_value(const Writers& to, Model& model, Tag tag, const T& value, Put&& put) {
        to.put([&](auto& writer) { return put(writer, tag, value); });
        model.put(tag, value);
    }

    // What is no text becomes one: refusals have tests of their own.
    void put_string(const Writers& to, Model& model, Tag tag) {
        std::string text(input_.take_text(input_.take<std::uint8_t>() % 48));
        if (!is_utf8(text))
            for (char& c : text) c = static_cast<char>(c & 0x7f);
        put_value(to, model, tag, text,
                  [](auto& writer, Tag at, std::string_view value) { return writer.put_string(at, value); });
    }

    void put_bytes(const Writers& to, Model& model, Tag tag) {
        const auto taken = std::as_bytes(input_.take_bytes(input_.take<std::uint8_t>() % 48));
        put_value(to, model, tag, Bytes(taken.begin(), taken.end()),
                  [](auto& writer, Tag at, const Bytes& value) { return writer.put_bytes(at, value); });
    }

    void put_date(const Writers& to, Model& model, Tag tag) {
        Date date{static_cast<std::uint16_t>(input_.take<std::uint16_t>() % 10'000),
                  static_cast<std::uint8_t>(input_.take<std::uint8_t>() % 12 + 1),
                  static_cast<std::uint8_t>(input_.take<std::uint8_t>() % 31 + 1)};
        while (!date.is_valid()) --date.day;
        put_value(to, model, tag, date,
                  [](auto& writer, Tag at, Date value) { return writer.put_date(at, value); });
    }

    // A nested TVF that is written in place moves to the end.
    void nest(const Writers& to, Model& model, Tag tag, std::uint32_t depth) {
        if (depth == tvf_depth_max) return;
        model.remove(tag);
        FlatTvfWriter flat = to.flat.begin_buffer(tag);
        SimpleStringTvfWriter simple = to.simple.begin_buffer(tag);
        auto nested = std::make_unique<Model>();
        run({flat, simple}, *nested, depth + 1);
        expect(to.flat.end_buffer(flat) == TvfError::none && to.simple.end_buffer(simple) == TvfError::none,
               "a nested TVF is taken");
        model.put(tag, std::move(nested));
    }

    static void remove(const Writers& to, Model& model, Tag tag) {
        const bool was_there = model.values.contains(tag);
        expect(to.flat.contains(tag) == was_there && to.simple.contains(tag) == was_there,
               "writers know what is there");
        model.remove(tag);
        expect(to.flat.remove(tag) == was_there && to.simple.remove(tag) == was_there,
               "what is there can be removed");
    }

    FuzzInput input_;
};

bool is_same(double a, double b) {
    return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// The text form drops the fraction; a second that began before the first nanosecond of the range is none.
bool is_same_second(DateTime put, const TvfResult<DateTime>& read) {
    CivilTime second = put.civil();
    second.nanosecond = 0;
    const auto expected = DateTime::from_civil(second);
    return expected ? read.ok() && *read == *expected : read.error == TvfError::conversion;
}

template <typename View>
void expect_equal(const View& view, const Model& model);

// Compares the field with what was put, by the getter of its type.
template <typename View>
class Comparison {
  public:
    Comparison(const View& view, Tag tag) : view_(view), tag_(tag) {}

    bool operator()(std::uint64_t value) const { return is_read(view_.get_unsigned(tag_), value); }
    bool operator()(std::int64_t value) const { return is_read(view_.get_signed(tag_), value); }
    bool operator()(std::uint8_t value) const { return is_read(view_.get_byte(tag_), value); }
    bool operator()(double value) const {
        const auto read = view_.get_float(tag_);
        return read.ok() && is_same(value, *read);
    }
    bool operator()(const std::string& value) const {
        return is_read(view_.get_string(tag_), std::string_view(value));
    }
    bool operator()(const Bytes& value) const {
        const auto read = view_.get_bytes(tag_);
        return read.ok() && std::ranges::equal(read.value, value);
    }
    bool operator()(Date value) const { return is_read(view_.get_date(tag_), value); }
    bool operator()(DateTime value) const {
        const auto read = view_.get_datetime(tag_);
        return View::is_typed ? is_read(read, value) : is_same_second(value, read);
    }
    bool operator()(const std::unique_ptr<Model>& value) const {
        const auto read = view_.get_buffer(tag_);
        if (read.ok()) expect_equal(read.value, *value);
        return read.ok();
    }

  private:
    template <typename Result, typename T>
    static bool is_read(const Result& read, const T& value) {
        return read.ok() && read.value == value;
    }

    const View& view_;
    Tag tag_;
};

template <typename View>
void expect_equal(const View& view, const Model& model) {
    expect(view.size() == model.values.size(), "as many fields as were put");
    expect(std::ranges::equal(view.tags(), model.order), "the fields stand in the order they were put");
    for (const auto& [tag, value] : model.values)
        expect(std::visit(Comparison<View>(view, tag), value), "a field has the value that was put");
}

template <typename Writer>
void expect_finished(Writer& writer, const BodyBuffer& body, const Model& model) {
    expect(writer.finish() == TvfError::none, "what was taken is finished");
    const auto view = Writer::View::validate(body.written());
    expect(view.ok(), "what was written is well-formed");
    expect_equal(*view, model);
}

void write_at_once(Operations operations) {
    static std::array<std::byte, 1 << 16> flat_storage;
    static std::array<std::byte, 1 << 16> simple_storage;
    BodyBuffer flat_body{.data = flat_storage.data(), .capacity_bytes = flat_storage.size()};
    BodyBuffer simple_body{.data = simple_storage.data(), .capacity_bytes = simple_storage.size()};
    FlatTvfWriter flat(flat_body);
    SimpleStringTvfWriter simple(simple_body);
    Model model;
    operations.run({flat, simple}, model, 1);
    expect_finished(flat, flat_body, model);
    expect_finished(simple, simple_body, model);
}

template <typename Owned>
void expect_owned(const Owned& owned, const Model& model) {
    expect_equal(owned.view(), model);
    const auto again = Owned::from_bytes(owned.bytes());
    expect(again.ok() && *again == owned, "what is held is well-formed, and copied whole");
}

void write_in_steps(Operations operations) {
    FlatTvf flat;
    SimpleStringTvf simple;
    Model model;
    bool goes_on = true;
    while (goes_on) {
        const TvfError of_flat = flat.edit([&](FlatTvfWriter& to_flat) {
            const TvfError of_simple = simple.edit([&](SimpleStringTvfWriter& to_simple) {
                goes_on = operations.step({to_flat, to_simple}, model, 1);
            });
            expect(of_simple == TvfError::none, "text that was reopened is finished");
        });
        expect(of_flat == TvfError::none, "what was reopened is finished");
    }
    expect_owned(flat, model);
    expect_owned(simple, model);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t bytes_max = 1'024;  // of an input: a float of ten bytes may take 340 as text
    if (size > bytes_max) return 0;
    const Operations operations(FuzzInput(data, size));
    if (size % 2 == 0)
        write_at_once(operations);
    else
        write_in_steps(operations);
    return 0;
}
