// Bytes from a peer that lies. validate must refuse each broken rule with the place, and whatever it accepts
// must be readable to the last field (the sanitizer builds see a read outside the bytes).
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tvf/flat_tvf.hpp"

using namespace prosa;

namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const FlatTvf& tvf) { return {tvf.bytes().begin(), tvf.bytes().end()}; }

std::string error_of(std::span<const std::byte> bytes) {
    const auto view = FlatTvfView::validate(bytes);
    return view.ok() ? "accepted" : message_of(view.status());
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

FlatTvf sample() {
    FlatTvf tvf;
    const auto error = tvf.edit([](FlatTvfWriter& writer) {
        writer.put_string(2, "4111111111111111");
        writer.put_unsigned(4, 12'345);
        writer.put_date(14, {2029, 12, 31});
        writer.put_byte(3, 7);
        writer.put_buffer(48, [](FlatTvfWriter& child) {
            child.put_string(1, "caf\xc3\xa9");
            child.put_bytes(2, std::as_bytes(std::span("xyz")));
            child.put_buffer(3, [](FlatTvfWriter& inner) { inner.put_float(1, 0.5); });
        });
        writer.put_datetime(7, {1});
        writer.put_signed(54, -1);
    });
    REQUIRE(error == TvfError::none);
    return tvf;
}

// Offset of the field header of a tag in the outermost level.
std::size_t offset_of(const FlatTvf& tvf, Tag tag) {
    return flat::find_field(tvf.bytes().data(), 8, static_cast<std::uint32_t>(tvf.bytes().size()), tag);
}

// Reads every field in every way; the sum keeps the compiler from dropping the reads.
std::uint64_t read_all(const FlatTvfView& view) {
    std::uint64_t sum = 0;
    for (const Tag tag : view.tags()) {
        sum += view.get_unsigned(tag).value + static_cast<std::uint64_t>(view.get_signed(tag).value);
        sum += view.get_byte(tag).value + view.get_date(tag).value.day;
        sum += static_cast<std::uint64_t>(view.get_datetime(tag).value.ns_since_epoch);
        sum += view.get_float(tag).error == TvfError::none;
        for (const char c : *view.get_string(tag)) sum += static_cast<std::uint8_t>(c);
        for (const std::byte byte : *view.get_bytes(tag)) sum += std::to_integer<std::uint64_t>(byte);
        if (const auto nested = view.get_buffer(tag); nested.ok()) sum += read_all(*nested);
        sum += static_cast<std::uint64_t>(view.type_of(tag).value);
    }
    return sum + view.size();
}

// A copy of exactly these bytes on the heap, so that a sanitizer sees the first byte read beyond them.
struct ExactCopy {
    explicit ExactCopy(const Bytes& bytes) : size(bytes.size()), data(new std::byte[bytes.size()]) {
        std::copy(bytes.begin(), bytes.end(), data.get());
    }
    std::span<const std::byte> span() const { return {data.get(), size}; }
    std::size_t size;
    std::unique_ptr<std::byte[]> data;
};

std::uint64_t seed_of_run() {
    const char* const given = std::getenv("TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

}  // namespace

TEST_CASE("every broken rule is refused with its place") {
    const FlatTvf tvf = sample();
    const auto broken = [&](std::size_t offset, int value) {
        Bytes bytes = bytes_of(tvf);
        bytes[offset] = static_cast<std::byte>(value);
        return error_of(bytes);
    };
    const std::size_t pan = offset_of(tvf, 2);
    const std::size_t amount = offset_of(tvf, 4);
    const std::size_t expiry = offset_of(tvf, 14);
    const std::size_t code = offset_of(tvf, 3);
    const std::size_t nested = offset_of(tvf, 48);
    CHECK(error_of(bytes_of(tvf)) == "accepted");
    CHECK(contains(broken(0, 2), "version 2 flags 0, expected version 1"));
    CHECK(contains(broken(1, 1), "version 1 flags 1"));
    CHECK(contains(broken(2, 9), "says 9 fields"));
    CHECK(contains(broken(4, 8), "says 8 bytes"));
    CHECK(contains(broken(amount + 4, 0), "field 4 (type 0, 8 bytes) at byte 32: unknown type"));
    CHECK(contains(broken(amount + 4, 10), "unknown type"));
    CHECK(contains(broken(amount + 5, 7), "wrong length"));
    CHECK(contains(broken(expiry + 5, 8), "wrong length"));
    CHECK(contains(broken(code + 5, 2), "wrong length"));
    CHECK(contains(broken(code + 9, 1), "padding is not zero"));
    CHECK(contains(broken(expiry + 15, 1), "padding is not zero"));
    CHECK(contains(broken(expiry + 10, 13), "no such date"));
    CHECK(contains(broken(pan + 8, 0xff), "not UTF-8"));
    CHECK(contains(broken(pan + 7, 1), "runs over the end"));
    CHECK(contains(broken(amount, 2), "occurs twice"));
    CHECK(contains(broken(nested + 8, 9), fmt::format("message at byte {}: version 9", nested + 8)));
    CHECK(contains(broken(nested + 5, 1), "FlatTvf message at byte"));
}

TEST_CASE("text with padding that is not zero is refused") {
    FlatTvf tvf;
    tvf.put_string(1, "abc");
    Bytes bytes = bytes_of(tvf);
    bytes[16 + 3] = std::byte{'x'};
    CHECK(contains(error_of(bytes), "padding is not zero"));
}

TEST_CASE("a message cut short or with bytes behind it is refused") {
    const Bytes bytes = bytes_of(sample());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const ExactCopy cut(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
        CHECK(!FlatTvfView::validate(cut.span()).ok());
    }
    Bytes longer = bytes;
    longer.resize(bytes.size() + 8);
    CHECK(contains(error_of(longer), "expected what there is"));
    CHECK(contains(error_of({}), "shorter than its header"));
}

TEST_CASE("1000 nested levels are refused without recursing through them") {
    constexpr std::size_t levels = 1'000;
    Bytes bytes(levels * 16 + 8);
    std::size_t left = bytes.size();
    for (std::size_t offset = 0; left >= 24; offset += 16, left -= 16) {
        flat::store_word(&bytes[offset], flat::header_word(1, static_cast<std::uint32_t>(left)));
        flat::store_word(&bytes[offset + 8],
                         flat::field_word(1, TvfType::buffer, static_cast<std::uint32_t>(left - 16)));
    }
    flat::store_word(&bytes[levels * 16], flat::header_word(0, 8));
    CHECK(contains(error_of(bytes), "nested deeper than the 32 levels"));
}

TEST_CASE("70000 fields are refused, whatever the header says") {
    constexpr std::uint32_t count = 70'000;
    Bytes bytes(8 + count * 16);
    flat::store_word(bytes.data(),
                     flat::header_word(count & 0xffff, static_cast<std::uint32_t>(bytes.size())));
    for (std::uint32_t tag = 0; tag < count; ++tag)
        flat::store_word(&bytes[8 + tag * 16], flat::field_word(tag, TvfType::unsigned64, 8));
    CHECK(contains(error_of(bytes), "more than 65535 fields"));
}

TEST_CASE("more than 16 MiB are refused") {
    const Bytes bytes(std::size_t{tvf_message_bytes_max} + 8);
    CHECK(contains(error_of(bytes), "too large"));
}

TEST_CASE("a duplicate is found among many fields in any order") {
    constexpr std::uint32_t count = 60'000;
    Bytes bytes(8 + count * 16);
    flat::store_word(bytes.data(), flat::header_word(count, static_cast<std::uint32_t>(bytes.size())));
    const auto set_tag = [&](std::uint32_t index, Tag tag) {
        flat::store_word(&bytes[8 + index * 16], flat::field_word(tag, TvfType::unsigned64, 8));
    };
    for (std::uint32_t i = 0; i < count; ++i) set_tag(i, count - i);
    CHECK(error_of(bytes) == "accepted");
    set_tag(count - 1, count);
    CHECK(contains(error_of(bytes), "occurs twice"));
}

TEST_CASE("no mutation of a valid message is read outside its bytes") {
    const std::uint64_t seed = seed_of_run();
    INFO("TEST_SEED=" << seed);
    MESSAGE("TEST_SEED=" << seed);
    std::mt19937_64 random(seed);
    const Bytes valid = bytes_of(sample());
    constexpr std::array<std::uint8_t, 10> telling = {0, 1, 2, 7, 8, 9, 0x7f, 0x80, 0xf8, 0xff};
    std::uint64_t sum = 0;
    std::size_t accepted = 0;
    for (int round = 0; round < 200'000; ++round) {
        Bytes bytes = valid;
        for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
            const std::uint64_t value = random() % 2 == 0 ? telling[random() % telling.size()] : random();
            bytes[random() % bytes.size()] = static_cast<std::byte>(value);
        }
        if (random() % 8 == 0) {
            bytes.resize(random() % (bytes.size() + 16));
            // A cut message that says its own size gets past the header.
            if (bytes.size() >= 8) bytes[4] = static_cast<std::byte>(bytes.size());
        }
        const ExactCopy copy(bytes);
        const auto view = FlatTvfView::validate(copy.span());
        if (!view.ok()) continue;
        ++accepted;
        sum += read_all(*view);
    }
    CHECK(accepted > 0);
    CHECK(accepted < 200'000);
    CHECK(sum != 0);
}

TEST_CASE("what is accepted can be continued and stays valid") {
    const std::uint64_t seed = seed_of_run();
    INFO("TEST_SEED=" << seed);
    std::mt19937_64 random(seed);
    FlatTvf tvf;
    for (int round = 0; round < 20'000; ++round) {
        const Tag tag = static_cast<Tag>(random() % 100);
        switch (random() % 5) {
            case 0:
                tvf.remove(tag);
                break;
            case 1:
                tvf.put_string(tag, std::string(random() % 30, 'x'));
                break;
            case 2:
                tvf.put_unsigned(tag, random());
                break;
            case 3:
                tvf.edit([&](FlatTvfWriter& writer) {
                    writer.put_buffer(tag, [&](FlatTvfWriter& child) { child.put_unsigned(tag, 1); });
                });
                break;
            default:
                tvf.put_byte(tag, 1);
                break;
        }
        const auto error = error_of(tvf.bytes());
        REQUIRE_MESSAGE(error == "accepted", error);
    }
}
