// apps/prosa/bench/ten_fields.hpp: the ten-field message that benchmarks of the TVF and of the bus share.
//
// Ten fields as a card authorisation has them: strings, a date, a date-time, numbers, and a nested buffer
// of three fields. 240 bytes as a FlatTvf.
#pragma once

#include <cstdint>

#include "tvf/flat_tvf.hpp"

namespace prosa::bench {

struct TenFields {
    std::uint64_t stan = 1;
    std::uint64_t amount = 12'345;
    std::int64_t balance = -250;
    double rate = 1.0825;
    std::string_view pan = "4111111111111111";
    std::string_view terminal = "TERM0001";
    std::string_view merchant = "Coffee and more, Lyon";
    Date expiry{2029, 12, 31};
    DateTime sent{1'750'000'000'123'456'789};
    std::uint64_t nested_country = 250;
    std::string_view nested_city = "Lyon";
    std::uint8_t nested_entry_mode = 7;
};

// Tags of the message; ISO 8583 numbers where there is one.
enum TenFieldsTag : Tag {
    tag_pan = 2,
    tag_amount = 4,
    tag_sent = 7,
    tag_stan = 11,
    tag_expiry = 14,
    tag_terminal = 41,
    tag_merchant = 43,
    tag_place = 48,
    tag_balance = 54,
    tag_rate = 61,
};

inline TvfError write_ten_fields(BodyBuffer& body, const TenFields& fields) noexcept {
    FlatTvfWriter writer(body);
    writer.put_string(tag_pan, fields.pan);
    writer.put_unsigned(tag_amount, fields.amount);
    writer.put_datetime(tag_sent, fields.sent);
    writer.put_unsigned(tag_stan, fields.stan);
    writer.put_date(tag_expiry, fields.expiry);
    writer.put_string(tag_terminal, fields.terminal);
    writer.put_string(tag_merchant, fields.merchant);
    FlatTvfWriter place = writer.begin_buffer(tag_place);
    place.put_unsigned(1, fields.nested_country);
    place.put_string(2, fields.nested_city);
    place.put_byte(3, fields.nested_entry_mode);
    writer.end_buffer(place);
    writer.put_signed(tag_balance, fields.balance);
    writer.put_float(tag_rate, fields.rate);
    return writer.finish();
}

// What a checksum takes of a text: enough that it must be found and looked at.
inline std::uint64_t sum_of_text(std::string_view text) noexcept {
    return text.empty() ? 0
                        : text.size() + static_cast<std::uint8_t>(text.front()) +
                              static_cast<std::uint8_t>(text.back());
}

inline std::uint64_t sum_of_fields(const TenFields& fields) noexcept {
    return sum_of_text(fields.pan) + fields.amount + static_cast<std::uint64_t>(fields.sent.ns_since_epoch) +
           fields.stan + fields.expiry.year + fields.expiry.month + fields.expiry.day +
           sum_of_text(fields.terminal) + sum_of_text(fields.merchant) + fields.nested_country +
           sum_of_text(fields.nested_city) + fields.nested_entry_mode +
           static_cast<std::uint64_t>(fields.balance) + std::bit_cast<std::uint64_t>(fields.rate);
}

struct TenFieldsRead {
    std::uint64_t sum;  // sum_of_fields of what was written; a missing or mistyped field makes it wrong
    std::uint64_t stan;
};

// Reads every field, once, in the order written.
inline TenFieldsRead read_ten_fields(const FlatTvfView& view) noexcept {
    std::uint64_t sum = sum_of_text(view.get_string(tag_pan).value);
    sum += view.get_unsigned(tag_amount).value;
    sum += static_cast<std::uint64_t>(view.get_datetime(tag_sent).value.ns_since_epoch);
    const std::uint64_t stan = view.get_unsigned(tag_stan).value;
    const Date expiry = view.get_date(tag_expiry).value;
    sum += static_cast<std::uint64_t>(expiry.year) + expiry.month + expiry.day;
    sum += sum_of_text(view.get_string(tag_terminal).value);
    sum += sum_of_text(view.get_string(tag_merchant).value);
    const FlatTvfView place = view.get_buffer(tag_place).value;
    sum += place.get_unsigned(1).value + sum_of_text(place.get_string(2).value) + place.get_byte(3).value;
    sum += static_cast<std::uint64_t>(view.get_signed(tag_balance).value);
    return {sum + stan + std::bit_cast<std::uint64_t>(view.get_float(tag_rate).value), stan};
}

}  // namespace prosa::bench
