// The generator on virtual time: the test is the bus.
#include <doctest/doctest.h>

#include "adaptors/injector/load_generator.hpp"

using namespace prosa;

namespace {

constexpr Nanos start_ns = 1'000 * ns_per_s;

struct Driver {
    explicit Driver(const LoadOptions& options, LoadShare share = {})
        : stats(std::make_shared<LoadStats>("test")), generator(options, stats, share) {
        generator.start(start_ns);
    }
    Driver(const LoadOptions& options, const RegulatorOptions& regulator)
        : stats(std::make_shared<LoadStats>("test")), generator(options, regulator, stats) {
        generator.start(start_ns);
    }

    std::uint64_t count(LoadCounter counter) const { return stats->counters[counter].value(); }
    HdrHistogram response_time() const {
        HdrHistogram total;
        IntervalReader(stats->response_time).read_total(total);
        return total;
    }
    HdrHistogram service_time() const {
        HdrHistogram total;
        IntervalReader(stats->service_time).read_total(total);
        return total;
    }
    // Sends all that is due at an instant; returns the tokens.
    std::vector<std::uint32_t> send_due(Nanos now_ns) {
        std::vector<std::uint32_t> tokens;
        generator.collect_due(now_ns);
        while (generator.has_due()) {
            tokens.push_back(generator.next_token());
            generator.note_sent(now_ns);
        }
        return tokens;
    }
    void end_all(const std::vector<std::uint32_t>& tokens, Nanos now_ns,
                 ServiceError error = ServiceError::none) {
        for (const std::uint32_t token : tokens) generator.note_outcome(token, error, now_ns);
    }

    std::shared_ptr<LoadStats> stats;
    LoadGenerator generator;
};

LoadOptions at_rate(double rate_per_s) {
    LoadOptions options;
    options.rate_per_s = rate_per_s;
    return options;
}

}  // namespace

TEST_CASE("each transaction becomes due at its intended time, not before") {
    Driver driver(at_rate(1000));
    CHECK(driver.generator.next_ns(start_ns) == start_ns + ns_per_ms);
    driver.generator.collect_due(start_ns + ns_per_ms - 1);
    CHECK_FALSE(driver.generator.has_due());
    driver.generator.collect_due(start_ns + ns_per_ms);
    REQUIRE(driver.generator.has_due());
    CHECK(driver.generator.due_ns() == start_ns + ns_per_ms);
    CHECK(driver.generator.next_ns(start_ns + ns_per_ms) == start_ns + ns_per_ms);
}

TEST_CASE("after a stall the whole backlog is sent, and measured from the intended times") {
    Driver driver(at_rate(1000));
    const Nanos late_ns = start_ns + 100 * ns_per_ms;
    const auto tokens = driver.send_due(late_ns);
    CHECK(tokens.size() == 100);
    driver.end_all(tokens, late_ns + ns_per_ms);
    CHECK(driver.count(LoadCounter::intended) == 100);
    CHECK(driver.count(LoadCounter::sent) == 100);
    CHECK(driver.count(LoadCounter::late) == 98);  // all but those of the last millisecond
    CHECK(driver.response_time().max() >= 100 * ns_per_ms);
    CHECK(driver.response_time().min() <= ns_per_ms);
    CHECK(driver.service_time().max() < 2 * ns_per_ms);
    // And it goes on where the schedule is, not where the stall ended.
    CHECK(driver.generator.next_ns(late_ns) == start_ns + 101 * ns_per_ms);
}

TEST_CASE("what still waits a second after the end is not sent any more") {
    LoadOptions options = at_rate(1000);
    options.duration_ns = 100 * ns_per_ms;
    Driver driver(options);
    const Nanos end_ns = start_ns + options.duration_ns;
    driver.generator.collect_due(end_ns + LoadGenerator::overtime_ns - 1);
    const std::uint32_t token = driver.generator.next_token();
    driver.generator.note_sent(end_ns + LoadGenerator::overtime_ns - 1);
    CHECK(driver.generator.has_due());
    driver.generator.collect_due(end_ns + LoadGenerator::overtime_ns);
    CHECK_FALSE(driver.generator.has_due());
    CHECK(driver.count(LoadCounter::sent) == 1);
    CHECK(driver.count(LoadCounter::unsent) == driver.count(LoadCounter::intended) - 1);
    CHECK_FALSE(driver.generator.is_finished());
    driver.end_all({token}, end_ns + 2 * ns_per_s);
    CHECK(driver.generator.is_finished());
}

TEST_CASE("the backlog has a bound, beyond which the latest are not sent") {
    Driver driver(at_rate(1e9));
    const Nanos begin_ns = start_ns + 10 * ns_per_ms;
    while (driver.count(LoadCounter::unsent) == 0) driver.generator.collect_due(begin_ns);
    const std::uint64_t unsent = driver.count(LoadCounter::unsent);
    CHECK(driver.count(LoadCounter::intended) == LoadGenerator::backlog_max + unsent);
    CHECK(driver.generator.due_ns() < start_ns + 2);
    CHECK(driver.send_due(begin_ns).size() >= LoadGenerator::backlog_max);
}

TEST_CASE("the warm-up is counted but not measured") {
    LoadOptions options = at_rate(1000);
    options.warmup_ns = 50 * ns_per_ms;
    options.duration_ns = 50 * ns_per_ms;
    Driver driver(options);
    for (Nanos at_ns = start_ns; at_ns <= start_ns + 200 * ns_per_ms; at_ns += ns_per_ms)
        driver.end_all(driver.send_due(at_ns), at_ns);
    CHECK(driver.generator.is_finished());
    CHECK(driver.count(LoadCounter::sent) == 100);
    CHECK(driver.response_time().total_count() == 51);
}

TEST_CASE("a count ends the load after as many, and it is finished with the last outcome") {
    LoadOptions options = at_rate(1000);
    options.count = 3;
    Driver driver(options);
    const auto tokens = driver.send_due(start_ns + ns_per_s);
    CHECK(tokens.size() == 3);
    CHECK(driver.generator.next_ns(start_ns + ns_per_s) == no_deadline_ns);
    CHECK_FALSE(driver.generator.is_finished());
    driver.end_all(tokens, start_ns + ns_per_s, ServiceError::timeout);
    CHECK(driver.generator.is_finished());
    CHECK(driver.count(LoadCounter::outcome_timeout) == 3);
    CHECK(driver.response_time().total_count() == 0);
}

TEST_CASE("a refusal for want of room is tried again until it is given up; the backlog keeps its times") {
    LoadOptions options = at_rate(1000);
    options.give_up_after_ns = 5 * ns_per_ms;
    Driver driver(options);
    Nanos now_ns = start_ns + ns_per_ms;
    driver.generator.collect_due(now_ns);
    CHECK(driver.generator.note_refused(ServiceError::overloaded, now_ns));
    now_ns += 4 * ns_per_ms;
    driver.generator.collect_due(now_ns);
    CHECK(driver.generator.note_refused(ServiceError::overloaded, now_ns));
    CHECK(driver.count(LoadCounter::refused_overloaded) == 0);
    now_ns += ns_per_ms;
    driver.generator.collect_due(now_ns);
    CHECK_FALSE(driver.generator.note_refused(ServiceError::overloaded, now_ns));
    CHECK(driver.count(LoadCounter::refused_overloaded) == 1);
    CHECK(driver.generator.due_ns() == start_ns + 2 * ns_per_ms);
    CHECK(driver.count(LoadCounter::intended) == 6);
}

TEST_CASE("an unreachable service refuses at once") {
    Driver driver(at_rate(1000));
    driver.generator.collect_due(start_ns + ns_per_ms);
    CHECK_FALSE(driver.generator.note_refused(ServiceError::unreachable, start_ns + ns_per_ms));
    CHECK(driver.count(LoadCounter::refused_unreachable) == 1);
    CHECK_FALSE(driver.generator.has_due());
}

TEST_CASE("outcomes are counted by their code, an unknown token not at all") {
    Driver driver(at_rate(1000));
    const auto tokens = driver.send_due(start_ns + 7 * ns_per_ms);
    REQUIRE(tokens.size() == 7);
    for (std::size_t i = 0; i < tokens.size(); ++i)
        driver.generator.note_outcome(tokens[i], static_cast<ServiceError>(i), start_ns + 8 * ns_per_ms);
    driver.generator.note_outcome(tokens[0], ServiceError::none, start_ns + 9 * ns_per_ms);
    driver.generator.note_outcome(12345, ServiceError::none, start_ns + 9 * ns_per_ms);
    for (std::size_t i = 0; i < service_error_count; ++i)
        CHECK(driver.stats->counters.values()[static_cast<std::size_t>(LoadCounter::outcome_none) + i] == 1);
}

TEST_CASE("a stop sends nothing more and counts what was due as unsent") {
    Driver driver(at_rate(1000));
    const auto tokens = driver.send_due(start_ns + 2 * ns_per_ms);
    driver.generator.collect_due(start_ns + 5 * ns_per_ms);
    driver.generator.stop();
    CHECK(driver.count(LoadCounter::intended) == 5);
    CHECK(driver.count(LoadCounter::sent) == 2);
    CHECK(driver.count(LoadCounter::unsent) == 3);
    CHECK(driver.count(LoadCounter::broken_lines) == 0);
    CHECK(driver.send_due(start_ns + ns_per_s).empty());
    CHECK_FALSE(driver.generator.is_finished());
    driver.end_all(tokens, start_ns + ns_per_s);
    CHECK(driver.generator.is_finished());
}

TEST_CASE("outcomes that will never come count as dropped, and the schedule goes on") {
    Driver driver(at_rate(1000));
    const auto tokens = driver.send_due(start_ns + 2 * ns_per_ms);
    driver.generator.abandon();
    CHECK(driver.count(LoadCounter::outcome_dropped) == 2);
    driver.end_all(tokens, start_ns + 3 * ns_per_ms);  // stale
    CHECK(driver.count(LoadCounter::outcome_none) == 0);
    CHECK(driver.send_due(start_ns + 10 * ns_per_ms).size() == 8);
}

TEST_CASE("shares of one schedule together are the schedule") {
    LoadOptions options = at_rate(1000);
    options.arrivals = Arrivals::poisson;
    options.count = 1000;
    const auto times_of = [&](LoadShare share) {
        Driver driver(options, share);
        std::vector<Nanos> times;
        for (Nanos at_ns = start_ns; at_ns < start_ns + 3 * ns_per_s; at_ns += 10 * ns_per_ms) {
            driver.generator.collect_due(at_ns);
            for (; driver.generator.has_due(); driver.generator.note_sent(at_ns))
                times.push_back(driver.generator.due_ns());
        }
        return times;
    };
    const std::vector<Nanos> whole = times_of({});
    std::vector<Nanos> parts;
    for (std::uint32_t index = 0; index < 3; ++index) {
        const std::vector<Nanos> part = times_of({index, 3});
        parts.insert(parts.end(), part.begin(), part.end());
    }
    std::sort(parts.begin(), parts.end());
    CHECK(whole.size() == 1000);
    CHECK(parts == whole);
}

TEST_CASE("a changed rate holds at once, without losing what was due") {
    Driver driver(at_rate(0.001));
    driver.generator.change_rate(1000, start_ns + ns_per_s);
    CHECK(driver.generator.next_ns(start_ns + ns_per_s) == start_ns + ns_per_s + ns_per_ms);
    CHECK(driver.send_due(start_ns + 2 * ns_per_s).size() == 1000);
    driver.generator.change_rate(10, start_ns + 3 * ns_per_s);  // behind: what was due stays due
    const std::size_t due = driver.send_due(start_ns + 3 * ns_per_s).size();
    CHECK(due >= 10);
    CHECK(due <= 12);
}

TEST_CASE("a regulator sends one after the other at its speed, and waits after an unreachable service") {
    RegulatorOptions regulator;
    regulator.max_speed_tps = 100;
    regulator.timeout_threshold_ns = ns_per_s;
    Driver driver(LoadOptions{}, regulator);
    auto tokens = driver.send_due(start_ns);
    REQUIRE(tokens.size() == 1);                          // the first one at once
    CHECK(driver.send_due(start_ns + ns_per_s).empty());  // one concurrent send
    driver.end_all(tokens, start_ns + 20 * ns_per_ms);
    tokens = driver.send_due(start_ns + 20 * ns_per_ms);
    REQUIRE(tokens.size() == 1);
    driver.end_all(tokens, start_ns + 21 * ns_per_ms, ServiceError::unreachable);
    CHECK(driver.send_due(start_ns + 1000 * ns_per_ms).empty());  // the threshold
    CHECK(driver.send_due(start_ns + 1100 * ns_per_ms).size() == 1);
}

TEST_CASE("a regulated load measures its first transaction, too, when the turn began before it started") {
    RegulatorOptions regulator;
    regulator.max_speed_tps = 10;
    Driver driver(LoadOptions{}, regulator);
    CHECK(driver.send_due(start_ns - 1).empty());
    driver.end_all(driver.send_due(start_ns), start_ns + 5);
    CHECK(driver.count(LoadCounter::outcome_none) == 1);
    CHECK(driver.response_time().total_count() == 1);
}

TEST_CASE("a regulated load of a given count ends") {
    LoadOptions options;
    options.count = 2;
    Driver driver(options, RegulatorOptions{.max_speed_tps = 1000, .max_concurrent_sends = 10});
    Nanos now_ns = start_ns;
    for (int i = 0; i < 100; ++i, now_ns += ns_per_ms) driver.end_all(driver.send_due(now_ns), now_ns);
    CHECK(driver.count(LoadCounter::sent) == 2);
    CHECK(driver.generator.is_finished());
    CHECK(driver.generator.next_ns(now_ns) == no_deadline_ns);
}
