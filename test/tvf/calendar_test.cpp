#include "tvf/calendar.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "tvf/tvf_text.hpp"

using namespace prosa;

TEST_CASE("exactly the dates of the calendar are valid") {
    CHECK(Date{2024, 2, 29}.is_valid());
    CHECK(Date{2000, 2, 29}.is_valid());
    CHECK(!Date{1900, 2, 29}.is_valid());
    CHECK(!Date{2023, 2, 30}.is_valid());
    CHECK(!Date{2023, 0, 1}.is_valid());
    CHECK(!Date{2023, 13, 1}.is_valid());
    CHECK(!Date{2023, 1, 0}.is_valid());
    CHECK(!Date{10'000, 1, 1}.is_valid());
    for (unsigned month = 1; month <= 12; ++month) {
        for (unsigned day = 1; day <= 32; ++day) {
            const std::chrono::year_month_day reference{std::chrono::year{2023}, std::chrono::month{month},
                                                        std::chrono::day{day}};
            CHECK(Date{2023, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)}.is_valid() ==
                  reference.ok());
        }
    }
}

TEST_CASE("date-times convert both ways, to the ends of the range") {
    for (const std::int64_t ns :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{999'999'999},
          std::int64_t{1'685'977'320'123'456'789}, std::numeric_limits<std::int64_t>::min(),
          std::numeric_limits<std::int64_t>::max()}) {
        const auto back = DateTime::from_civil(DateTime{ns}.civil());
        REQUIRE(back.has_value());
        CHECK(back->ns_since_epoch == ns);
    }
    CHECK(!DateTime::from_civil({.date = {2263, 1, 1}}).has_value());
    CHECK(!DateTime::from_civil({.date = {1677, 1, 1}}).has_value());
    CHECK(!DateTime::from_civil({.date = {2023, 1, 1}, .hour = 24}).has_value());
    CHECK(!DateTime::from_civil({.date = {2023, 1, 1}, .second = 60}).has_value());
}

TEST_CASE("date-times are written exactly and read with or without fraction") {
    const DateTime time =
        *DateTime::from_civil({.date = {2023, 6, 5}, .hour = 15, .minute = 2, .nanosecond = 5});
    CHECK(text_of(time, TimeForm::exact).view() == "2023-06-05T15:02:00.000000005Z");
    CHECK(text_of(time, TimeForm::seconds).view() == "2023-06-05T15:02:00");
    CHECK(parse_datetime("2023-06-05T15:02:00.000000005Z") == time);
    CHECK(parse_datetime("2023-6-5T15:2:0")->ns_since_epoch + 5 == time.ns_since_epoch);
    CHECK(parse_datetime("2023-06-05T15:02:00.5Z")->civil().nanosecond == 500'000'000);
    for (const auto* text :
         {"", "2023-06-05", "2023-06-05 15:02:00", "2023-06-05T15:02", "2023-06-05T15:02:00.",
          "2023-06-05T15:02:00.0000000001", "2023-06-05T15:02:00+01:00", "2023-06-05T15:02:00ZZ"})
        CHECK(!parse_datetime(text).has_value());
    for (const auto* text :
         {"", "2023-06", "2023-06-", "2023-06-05x", "23-06-05", "2023/06/05", "2023-02-29"})
        CHECK(!parse_date(text).has_value());
}
