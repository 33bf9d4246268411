#include "core/control/metrics_writer.hpp"

#include <doctest/doctest.h>

namespace prosa::test {

TEST_CASE("a family has its help and type, and then its samples in order") {
    MetricsWriter metrics;
    metrics.family("a_total", MetricKind::counter, "What a is.");
    metrics.sample({{"x", "1"}, {"y", "2"}}, std::uint64_t{7});
    metrics.sample({}, std::int64_t{-2});
    metrics.family("b", MetricKind::gauge, "What b is.");
    metrics.sample({{"x", "1"}}, 0.5);
    CHECK(metrics.text() ==
          "# HELP a_total What a is.\n# TYPE a_total counter\na_total{x=\"1\",y=\"2\"} 7\na_total -2\n"
          "# HELP b What b is.\n# TYPE b gauge\nb{x=\"1\"} 0.5\n");
}

TEST_CASE("quotes, backslashes and line ends in a label value are escaped") {
    MetricsWriter metrics;
    metrics.family("a", MetricKind::gauge, "h");
    metrics.sample({{"x", "1\"2\\3\n4"}}, std::uint64_t{1});
    CHECK(metrics.text().ends_with("a{x=\"1\\\"2\\\\3\\n4\"} 1\n"));
}

TEST_CASE("a histogram has cumulative buckets in seconds, all values in +Inf, their sum and count") {
    HdrHistogram values;
    values.record(3'000);           // 3 us
    values.record(40'000'000);      // 40 ms
    values.record(20'000'000'000);  // 20 s
    MetricsWriter metrics;
    metrics.family("d", MetricKind::histogram, "h");
    metrics.histogram({{"p", "q"}}, values);
    const std::string& text = metrics.text();
    const auto contains = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    CHECK(contains("d_bucket{p=\"q\",le=\"1e-06\"} 0\n"));
    CHECK(contains("d_bucket{p=\"q\",le=\"5e-06\"} 1\n"));
    CHECK(contains("d_bucket{p=\"q\",le=\"0.025\"} 1\n"));
    CHECK(contains("d_bucket{p=\"q\",le=\"0.05\"} 2\n"));
    CHECK(contains("d_bucket{p=\"q\",le=\"10\"} 2\n"));
    CHECK(contains("d_bucket{p=\"q\",le=\"+Inf\"} 3\n"));
    CHECK(contains("d_count{p=\"q\"} 3\n"));
    const std::size_t sum = text.find("d_sum{p=\"q\"} ");
    REQUIRE(sum != std::string::npos);
    CHECK(std::stod(text.substr(sum + 13)) == doctest::Approx(20.040003).epsilon(0.001));
}

}  // namespace prosa::test
