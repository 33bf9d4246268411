// tvf/calendar.hpp: the calendar date and the date-time a TVF carries.
//
// Units     days and nanoseconds since 1970-01-01 00:00:00 UTC, proleptic Gregorian calendar, no leap seconds.
// Ranges    Date: years 0 to 9999 (what `YYYY-MM-DD` can say). DateTime: 1677-09-21 to 2262-04-11 (64 bits of ns).
// Source    day number conversion: std::chrono's year_month_day (C++20).
// Threads   any; values only.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>

namespace prosa {

struct Date {
    std::uint16_t year = 1970;
    std::uint8_t month = 1;  // 1 to 12
    std::uint8_t day = 1;    // 1 to 31

    static constexpr std::uint16_t year_max = 9999;

    constexpr auto operator<=>(const Date&) const = default;

    constexpr bool is_valid() const noexcept {
        if (year > year_max || month < 1 || month > 12 || day < 1) return false;
        if (day <= 28) return true;
        if (month != 2) return day <= 30 || (day == 31 && ((month + (month >> 3)) & 1) != 0);
        return day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }
};

// What a clock on the wall shows; the parts of a DateTime.
struct CivilTime {
    Date date;
    std::uint8_t hour = 0;
    std::uint8_t minute = 0;
    std::uint8_t second = 0;
    std::uint32_t nanosecond = 0;

    constexpr bool operator==(const CivilTime&) const = default;
};

struct DateTime {
    std::int64_t ns_since_epoch = 0;

    constexpr auto operator<=>(const DateTime&) const = default;

    // Nothing when the parts name no time or one outside the 64-bit range.
    static constexpr std::optional<DateTime> from_civil(const CivilTime& civil) noexcept {
        if (!civil.date.is_valid() || civil.hour > 23 || civil.minute > 59 || civil.second > 59 ||
            civil.nanosecond > 999'999'999)
            return std::nullopt;
        const std::chrono::year_month_day day{std::chrono::year{civil.date.year},
                                              std::chrono::month{civil.date.month},
                                              std::chrono::day{civil.date.day}};
        const std::int64_t days = std::chrono::sys_days{day}.time_since_epoch().count();
        const std::int64_t seconds = days * 86'400 + civil.hour * 3'600 + civil.minute * 60 + civil.second;
        // Towards zero first, so that the very first second of the range does not overflow on the way.
        const std::int64_t towards_zero_s = seconds < 0 ? seconds + 1 : seconds;
        const std::int64_t rest_ns =
            static_cast<std::int64_t>(civil.nanosecond) - (seconds < 0 ? ns_of_s : 0);
        std::int64_t ns = 0;
        if (__builtin_mul_overflow(towards_zero_s, ns_of_s, &ns) || __builtin_add_overflow(ns, rest_ns, &ns))
            return std::nullopt;
        return DateTime{ns};
    }

    constexpr CivilTime civil() const noexcept {
        std::int64_t seconds = ns_since_epoch / ns_of_s;
        std::int64_t rest_ns = ns_since_epoch % ns_of_s;
        if (rest_ns < 0) {
            rest_ns += ns_of_s;
            --seconds;
        }
        std::int64_t days = seconds / 86'400;
        std::int64_t second_of_day = seconds % 86'400;
        if (second_of_day < 0) {
            second_of_day += 86'400;
            --days;
        }
        const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days}}};
        return {.date = {static_cast<std::uint16_t>(static_cast<int>(day.year())),
                         static_cast<std::uint8_t>(static_cast<unsigned>(day.month())),
                         static_cast<std::uint8_t>(static_cast<unsigned>(day.day()))},
                .hour = static_cast<std::uint8_t>(second_of_day / 3'600),
                .minute = static_cast<std::uint8_t>(second_of_day / 60 % 60),
                .second = static_cast<std::uint8_t>(second_of_day % 60),
                .nanosecond = static_cast<std::uint32_t>(rest_ns)};
    }

  private:
    static constexpr std::int64_t ns_of_s = 1'000'000'000;
};

}  // namespace prosa
