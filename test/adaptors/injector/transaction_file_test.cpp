#include <doctest/doctest.h>

#include <sstream>

#include "adaptors/injector/replay_adaptor.hpp"
#include "adaptors/injector/transaction_file.hpp"
#include "test/adaptors/adaptor_support.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

constexpr std::uint32_t message_bytes_max = 2000;

struct Read {
    std::shared_ptr<const TransactionFile> file;
    std::string error;
};

Read read_lines(std::string_view text, BrokenLine broken_line = BrokenLine::stop) {
    const TemporaryFolder folder;
    SettingsErrors errors;
    Read read;
    read.file =
        TransactionFile::read(folder.write("lines.jsonl", text), broken_line, message_bytes_max, errors);
    if (!errors.empty()) read.error = message_of(errors.status());
    return read;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view good = R"({"pan":"4000001234567899","amount":5,"stan":"000001"})"
                                  "\n";

// What one build writes.
std::vector<std::byte> build(ReplayAdaptor& adaptor) {
    std::vector<std::byte> memory(1024);
    BodyBuffer body{.data = memory.data(), .capacity_bytes = 1024};
    REQUIRE(adaptor.build_transaction(body) == BuildResult::built);
    return {body.data, body.data + body.size_bytes};
}

}  // namespace

TEST_CASE("a transaction larger than a message is a broken line") {
    const std::string large =
        R"({"pan":"4","merchant_name":")" + std::string(message_bytes_max, 'x') + "\"}\n";
    const Read stopped = read_lines(std::string(good) + large);
    CHECK(stopped.file == nullptr);
    CHECK(contains(stopped.error, "lines.jsonl:2: the transaction has "));
    CHECK(contains(stopped.error, " bytes, a message at most 2000: set bus.block_bytes"));
    const Read skipped = read_lines(std::string(good) + large, BrokenLine::skip);
    REQUIRE(skipped.file != nullptr);
    CHECK(skipped.file->size() == 1);
    CHECK(skipped.file->broken_count() == 1);
}

TEST_CASE("an error names the line once, and hides no number of ours") {
    const Read read = read_lines(std::string(good) + R"({"pan":"4","amount":-1})" + "\n");
    CHECK(contains(read.error, "lines.jsonl:2: column "));
    CHECK(contains(read.error, "expected a whole number from 0 to 2^64 - 1"));
}

TEST_CASE("each line becomes one message; empty lines are nothing") {
    const Read read = read_lines(std::string(good) + "\n  \r\n" + R"({"pan":"5","currency":"978"})");
    REQUIRE_MESSAGE(read.file != nullptr, read.error);
    REQUIRE(read.file->size() == 2);
    const auto first = FlatTvfView::validate(read.file->body(read.file->at(0)));
    REQUIRE(first.ok());
    CHECK(first->get_string(2).value == "4000001234567899");
    CHECK(first->get_unsigned(4).value == 5);
    const auto second = FlatTvfView::validate(read.file->body(read.file->at(1)));
    REQUIRE(second.ok());
    CHECK(second->get_string(49).value == "978");
    CHECK(read.file->timeline() == nullptr);
}

TEST_CASE("each broken line is an error with its line and what was expected, and no card number in clear") {
    const Read read = read_lines(std::string(good) +
                                 R"({"pan":4111111111111111})"
                                 "\n" +
                                 R"({"pam":"4"})"
                                 "\n" +
                                 "{\n" +
                                 R"({"amount":"4111111111111111"})"
                                 "\n");
    CHECK(read.file == nullptr);
    INFO(read.error);
    CHECK(contains(read.error, "lines.jsonl:2: "));
    CHECK(contains(read.error, "expected a string"));
    CHECK(contains(read.error, "lines.jsonl:3: "));
    CHECK(contains(read.error, "pam"));
    CHECK(contains(read.error, "lines.jsonl:4: "));
    CHECK(contains(read.error, "lines.jsonl:5: "));
    CHECK_FALSE(contains(read.error, "lines.jsonl:1: "));
    CHECK_FALSE(contains(read.error, "4111111111111111"));
}

TEST_CASE("broken lines that are skipped are counted") {
    const Read read =
        read_lines("nonsense\n" + std::string(good) + "{}x\n" + std::string(good), BrokenLine::skip);
    REQUIRE(read.file != nullptr);
    CHECK(read.error.empty());
    CHECK(read.file->size() == 2);
    CHECK(read.file->broken_count() == 2);
}

TEST_CASE("many broken lines are reported in short") {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "?\n";
    const Read read = read_lines(text);
    CHECK(contains(read.error, "lines.jsonl:10: "));
    CHECK_FALSE(contains(read.error, "lines.jsonl:11: "));
    CHECK(contains(read.error, "90 more lines are broken"));
}

TEST_CASE("a file without a transaction, or that is not there, is an error") {
    CHECK(contains(read_lines("").error, "holds no transaction"));
    CHECK(contains(read_lines("?\n", BrokenLine::skip).error, "holds no transaction"));
    SettingsErrors errors;
    CHECK(TransactionFile::read("/nonexistent/lines.jsonl", BrokenLine::stop, message_bytes_max, errors) ==
          nullptr);
    CHECK(contains(message_of(errors.status()), "/nonexistent/lines.jsonl: cannot be read: No such file"));
    SettingsErrors folder_errors;
    CHECK(TransactionFile::read("/tmp", BrokenLine::stop, message_bytes_max, folder_errors) == nullptr);
    CHECK(contains(message_of(folder_errors.status()), "/tmp: "));
}

TEST_CASE("lines that are in no file are read as those of one") {
    SettingsErrors errors;
    std::istringstream lines{std::string(good)};
    const auto read = TransactionFile::read(lines, "here", BrokenLine::stop, message_bytes_max, errors);
    REQUIRE(read != nullptr);
    CHECK(read->size() == 1);
    std::istringstream broken("\n?\n");
    CHECK(TransactionFile::read(broken, "here", BrokenLine::stop, message_bytes_max, errors) == nullptr);
    CHECK(contains(message_of(errors.status()), "here:2: "));
}

TEST_CASE("at_us is the intended time and no field") {
    const Read read = read_lines("{\"at_us\":0,\"pan\":\"4\"}\n{\"at_us\":250,\"pan\":\"5\"}\n");
    REQUIRE_MESSAGE(read.file != nullptr, read.error);
    REQUIRE(read.file->timeline() != nullptr);
    CHECK(*read.file->timeline() == std::vector<Nanos>{0, 250'000});
    CHECK(FlatTvfView::validate(read.file->body(read.file->at(1)))->size() == 1);
}

TEST_CASE("decimals of at_us are nanoseconds, exactly") {
    const Read times = read_lines(R"({"at_us":0.001}
{"pan":"4","at_us" : 12.345}
{"200":{"1":[true,{"2":-1.5e3}]},"at_us":12.5}
{"at_us":999999999999.999,"pan":"5"}
{"at_us":1000000000000}
)");
    REQUIRE_MESSAGE(times.file != nullptr, times.error);
    CHECK(*times.file->timeline() ==
          std::vector<Nanos>{1, 12'345, 12'500, 999'999'999'999'999, 1'000'000'000'000'000});
    CHECK(FlatTvfView::validate(times.file->body(times.file->at(1)))->size() == 1);
}

TEST_CASE("a time that is no number of whole nanoseconds from 0 up is an error that says what was expected") {
    constexpr std::string_view expected =
        ", expected microseconds from 0 to 10^12 with at most three decimals, such as 12.345";
    for (const std::string at_us : {"-1", "-0.5", "1.2345", "0.0000", "1e3", "1.5e1", "1000000000000.001"}) {
        CAPTURE(at_us);
        CHECK(contains(read_lines("{\"at_us\":" + at_us + "}\n").error,
                       "lines.jsonl:1: at_us is " + at_us + std::string(expected)));
    }
    for (const std::string at_us : {"\"5\"", "null", "{\"$unsigned\":5}", "NaN", "soon"}) {
        CAPTURE(at_us);
        CHECK(contains(read_lines("{\"at_us\":" + at_us + "}\n").error,
                       "lines.jsonl:1: at_us is no number" + std::string(expected)));
    }
    CHECK(contains(read_lines("{\"4294967295\":5}\n").error, "expected the time at the key at_us"));
    CHECK(contains(read_lines("{\"at_us\":1,\"at_us\":2}\n").error, "at_us occurs twice"));
}

TEST_CASE("times on some lines only, or going back, are errors") {
    CHECK(contains(read_lines("{\"at_us\":1}\n{\"pan\":\"4\"}\n").error,
                   "lines.jsonl:2: at_us is missing here"));
    CHECK(
        contains(read_lines("{\"pan\":\"4\"}\n{\"at_us\":1}\n").error, "lines.jsonl:2: at_us is given here"));
    CHECK(contains(read_lines("{\"at_us\":5}\n{\"at_us\":4}\n").error,
                   "lines.jsonl:2: at_us is 4, less than 5"));
    CHECK(contains(read_lines("{\"at_us\":0.25}\n{\"at_us\":0.249}\n").error,
                   "lines.jsonl:2: at_us is 0.249, less than 0.25"));
}

TEST_CASE("a replay goes through the file again and again") {
    const Read read = read_lines("{\"pan\":\"1\"}\n{\"pan\":\"2\"}\n{\"pan\":\"3\"}\n");
    REQUIRE(read.file != nullptr);
    ReplayAdaptor adaptor({.file = read.file}, 0, 1);
    for (const char* const expected : {"1", "2", "3", "1", "2"})
        CHECK(text_at(build(adaptor), 2) == expected);
    ReplayAdaptor second_of_two({.file = read.file}, 1, 2);
    for (const char* const expected : {"2", "1", "3", "2"})
        CHECK(text_at(build(second_of_two), 2) == expected);
}

TEST_CASE("trace number and transmission time are refreshed when asked for, and only with their form") {
    const Read read = read_lines(R"({"transmission_date_time":"0101000000","stan":"000001"})"
                                 "\n"
                                 R"({"transmission_date_time":"?","stan":"7"})"
                                 "\n");
    REQUIRE(read.file != nullptr);
    ReplayAdaptor plain({.file = read.file}, 0, 1);
    CHECK(text_at(build(plain), 7) == "0101000000");
    ReplayAdaptor adaptor({.file = read.file, .refreshes_stan = true, .refreshes_time = true}, 0, 1);
    const std::vector<std::byte> first = build(adaptor);
    const std::vector<std::byte> second = build(adaptor);
    const std::vector<std::byte> third = build(adaptor);
    CHECK(text_at(first, 11) == "000001");
    CHECK(text_at(third, 11) == "000002");
    CHECK(text_at(second, 11) == "7");
    CHECK(text_at(second, 7) == "?");
    CHECK(text_at(first, 7).size() == 10);
    CHECK(text_at(first, 7).find_first_not_of("0123456789") == std::string::npos);
}

TEST_CASE("a body that does not fit is skipped") {
    const Read read = read_lines(good);
    ReplayAdaptor adaptor({.file = read.file}, 0, 1);
    std::vector<std::byte> memory(16);
    BodyBuffer body{.data = memory.data(), .capacity_bytes = 16};
    CHECK(adaptor.build_transaction(body) == BuildResult::skipped);
}

TEST_CASE(
    "a reference is the trace number of the body that was just built, refreshed or not; without one it is "
    "empty") {
    const Read read = read_lines(std::string(good) + R"({"pan":"5"})");
    REQUIRE_MESSAGE(read.file != nullptr, read.error);
    for (const bool refreshes : {false, true}) {
        CAPTURE(refreshes);
        ReplayAdaptor adaptor({.file = read.file, .refreshes_stan = refreshes, .refreshes_time = false}, 0,
                              1);
        std::vector<std::byte> memory(1024);
        for (const std::string_view expected : {"000001", "", refreshes ? "000002" : "000001"}) {
            BodyBuffer body{.data = memory.data(), .capacity_bytes = 1024};
            REQUIRE(adaptor.build_transaction(body) == BuildResult::built);
            CHECK(adaptor.reference() == expected);
            const auto fields = FlatTvfView::validate(body.written());
            REQUIRE(fields.ok());
            CHECK(fields->get_string(11).value == expected);
        }
    }
}
