// `prosa convert` as it is used: the built program, between pipes.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "apps/prosa/exit_code.hpp"
#include "core/base/sanitizer.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "tvf/flat_tvf.hpp"

using namespace prosa;

namespace {

const std::string convert = std::string("'") + PROSA_PROGRAM + "' convert ";
const std::string transactions = std::string("'") + PROSA_EXAMPLES + "/transactions.jsonl'";

struct Result {
    int exit_code = -1;
    std::string output;
    std::string errors;
};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// A shell's command line, its standard input from a pipe.
Result shell(const std::string& command, std::string_view input = {}) {
    const TemporaryFolder folder;
    const std::string in = folder.write("in", input).string();
    const auto out = folder.path() / "out";
    const auto err = folder.path() / "err";
    const std::string line =
        "cat '" + in + "' | { " + command + "; } > '" + out.string() + "' 2> '" + err.string() + "'";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(out), read_file(err)};
}

Result run(const std::string& options, std::string_view input) { return shell(convert + options, input); }

// The one line of an error, without the command's name.
std::string error_of(const std::string& options, std::string_view input) {
    const Result result = run(options, input);
    CHECK(result.exit_code == exit_failed);
    constexpr std::string_view name = "prosa convert: ";
    REQUIRE_MESSAGE(result.errors.starts_with(name), result.errors);
    REQUIRE(result.errors.ends_with("\n"));
    return result.errors.substr(name.size(), result.errors.size() - name.size() - 1);
}

std::string json_error(std::string_view input) {
    return error_of("--from json --to json --dictionary none", input);
}

// A sanitizer needs more memory than any limit that would prove something.
std::string with_memory_kib(int kib) {
    return is_sanitized ? convert : "ulimit -d " + std::to_string(kib) + "; " + convert;
}

std::string_view chars_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr std::string_view dictionary_text =
    "fields:\n"
    "  1: {name: count, type: unsigned}\n"
    "  2: {name: delta, type: signed}\n"
    "  3: {name: flag, type: byte}\n"
    "  4: {name: ratio, type: float}\n"
    "  5: {name: text, type: string, sensitivity: secret}\n"
    "  6: {name: raw, type: bytes}\n"
    "  7: {name: day, type: date}\n"
    "  8: {name: time, type: datetime}\n"
    "  9: {name: sub, type: buffer, fields: {1: {name: inner, type: signed}}}\n";

constexpr std::string_view declared_json =
    R"({"count":18446744073709551615,"delta":-9223372036854775808,"flag":255,"ratio":6.56,"text":"a\nb;c",)"
    R"("raw":"aabb77ff","day":"2023-06-05","time":"2023-06-05T15:02:00Z","sub":{"inner":7,"8":"free"}})"
    "\n";

constexpr std::string_view marked_json =
    R"({"1":18446744073709551615,"2":-1,"3":{"$signed":1},"4":true,"5":{"$byte":255},"6":2.0,)"
    R"("7":{"$float":"-inf"},"8":"x","9":{"$bytes":"00ff"},"10":{"$date":"0001-02-03"},)"
    R"("11":{"$datetime":"1969-12-31T23:59:59.999999999Z"},"12":{},"13":[1,{"$date":"2020-01-02"}]})"
    "\n";

}  // namespace

TEST_CASE("ten thousand transactions pass through all forms and come back byte by byte") {
    const Result result =
        shell("cat " + transactions + " | " + convert + "--from json --to tvf | " + convert +
              "--from tvf --to simple | " + convert + "--from simple --to json | cmp - " + transactions);
    CHECK(result.exit_code == exit_ok);
    CHECK(result.errors == "");
}

TEST_CASE("declared fields of all nine types pass through all forms") {
    const TemporaryFolder folder;
    const std::string names = "--dictionary '" + folder.write("d.yml", dictionary_text).string() + "'";
    const std::string twice = std::string(declared_json) + std::string(declared_json);
    for (const std::string between : {"json", "tvf", "simple"}) {
        INFO(between);
        const Result result = shell(convert + names + " --from json --to " + between + " | " + convert +
                                        names + " --from " + between + " --to json",
                                    twice);
        CHECK(result.errors == "");
        CHECK(result.output == twice);
    }
}

TEST_CASE("all nine types survive JSON and TVF without a dictionary") {
    const Result result = shell(convert + "--from json --to tvf --dictionary none | " + convert +
                                    "--from tvf --to json --dictionary none",
                                marked_json);
    CHECK(result.errors == "");
    CHECK(result.output == marked_json);
}

TEST_CASE("bytes of a writer pass through JSON and come back the same") {
    FlatTvf nested;
    nested.put_bytes(3, std::vector{std::byte{0x80}});
    FlatTvf tvf;
    tvf.put_signed(1, 0);
    tvf.put_float(2, -0.0);
    tvf.put_buffer(4, nested);
    tvf.put_string(2'000'000'000, "\x7f");
    const std::string bytes = std::string(chars_of(tvf.bytes())) + std::string(chars_of(FlatTvf().bytes()));
    const Result result =
        shell(convert + "--from tvf --to json | " + convert + "--from json --to tvf", bytes);
    CHECK(result.errors == "");
    CHECK(result.output == bytes);
}

TEST_CASE("no input is no message, in every form") {
    for (const std::string from : {"json", "tvf", "simple"}) {
        const Result result = run("--to json --from " + from, "");
        CHECK(result.exit_code == exit_ok);
        CHECK(result.output == "");
        CHECK(result.errors == "");
    }
}

TEST_CASE("objects need no line of their own, and may take several") {
    CHECK(run("--from json --to json", "{\"4\":1}{\"4\":\n2}\r\n\n\t{}").output ==
          "{\"amount\":1}\n{\"amount\":2}\n{}\n");
}

TEST_CASE("a value of the text form may hold a line feed; the empty line is the empty message") {
    CHECK(run("--from simple --to json --dictionary none", "1;3;a\nb;\n\n2;1;x;").output ==
          "{\"1\":\"a\\nb\"}\n{}\n{\"2\":\"x\"}\n");
}

TEST_CASE("fractions of a second that the text form drops are told") {
    const Result result =
        run("--from json --to simple --dictionary none", R"({"1":{"$datetime":"2020-01-02T03:04:05.5Z"}})");
    CHECK(result.exit_code == exit_ok);
    CHECK(result.output == "1;19;2020-01-02T03:04:05;\n");
    CHECK(result.errors ==
          "prosa convert: date-times that lost their fraction of a second, which the form simple does not "
          "have: "
          "1\n");
}

TEST_CASE("text is for people: sensitive values are masked unless they are asked for") {
    const TemporaryFolder folder;
    const std::string names = " --dictionary '" + folder.write("d.yml", dictionary_text).string() + "'";
    const std::string_view input = R"({"count":4111,"text":"abc"} {"sub":{"inner":1}})";
    CHECK(run("--from json --to text" + names, input).output ==
          "message 1: 2 fields\n"
          "  1  count  unsigned  4111\n"
          "  5  text   string    \"***\"\n"
          "\n"
          "message 2: 1 field\n"
          "  9  sub  buffer    1 field\n"
          "      1  inner  signed    1\n");
    CHECK(run("--from json --to text --unmask" + names, input).output.find("\"abc\"") != std::string::npos);
    CHECK(run("--from json --to text", R"({"pan":"4111111111111111"})").output ==
          "message 1: 1 field\n  2  pan  string    \"411111******1111\"\n");
}

TEST_CASE("what would steer a terminal reaches neither text nor errors") {
    const TemporaryFolder folder;
    const std::string dictionary = folder.write("d.yml", "fields: {1: {name: \"a\\e[2J\", type: string}}\n");
    const Result result =
        run("--from json --to text --dictionary '" + dictionary + "'", "{\"1\":\"x\u009by\"}");
    CHECK(result.exit_code == exit_ok);
    CHECK(result.output.find("a\\u001b[2J") != std::string::npos);
    CHECK(result.output.find("\"x\\u009by\"") != std::string::npos);
    CHECK(json_error("{\"a\\u001b[2J\":1}").find("`a\\u001b[2J`") != std::string::npos);
}

TEST_CASE("what comes before a bad message is written") {
    const Result result =
        run("--from json --to json", "{\"amount\":1}\n{\"amount\":2}\n{\"amount\":\"3\"}\n{\"amount\":4}\n");
    CHECK(result.exit_code == exit_failed);
    CHECK(result.output == "{\"amount\":1}\n{\"amount\":2}\n");
    CHECK(result.errors ==
          "prosa convert: message 3: JSON line 3, column 11 (byte 36): found `\"`, expected a whole number "
          "from 0 "
          "to 2^64 - 1 (at $.amount)\n");
}

TEST_CASE("bad JSON is refused with message, place, path and what was expected") {
    struct Bad {
        std::string_view input;
        std::string_view error;
    };
    const std::string deep = "{\"1\":" + std::string(40, '[');
    const Bad table[] = {
        {"[]", "message 1: JSON line 1, column 1 (byte 0): found `[`, expected an object `{`"},
        {"{} {}x", "message 3: JSON line 1, column 6 (byte 5): found `x`, expected an object `{`"},
        {"{}\n,{}", "message 2: JSON line 2, column 1 (byte 3): found `,`, expected an object `{`"},
        {"{\"1\":1", "message 1: JSON line 1, column 7 (byte 6): the text ends, expected `,` or `}`"},
        {"{\"1\":1,}", "message 1: JSON line 1, column 8 (byte 7): found `}`, expected a key in quotes"},
        {"{1:1}", "message 1: JSON line 1, column 2 (byte 1): found `1`, expected a key in quotes"},
        {"{\"1\" 1}", "message 1: JSON line 1, column 6 (byte 5): found `1`, expected `:`"},
        {"{\"1\":[1 2]}",
         "message 1: JSON line 1, column 9 (byte 8): found `2`, expected `,` or `]` (at $.1)"},
        {"{\"1\":[}",
         "message 1: JSON line 1, column 7 (byte 6): found `}`, expected a value: string, number, "
         "true, false, object or array (at $.1[0])"},
        {"{\"1\":1,\"2\":{\"3\":1,\"3\":2}}",
         "message 1: JSON line 1, column 19 (byte 18): field 3 occurs twice (at $.2)"},
        {"{\"name\":1}",
         "message 1: JSON line 1, column 2 (byte 1): unknown field `name`, expected a name of the tag "
         "dictionary "
         "or a decimal tag below 2^32"},
        {"{\"01\":1}",
         "message 1: JSON line 1, column 2 (byte 1): unknown field `01`, expected a name of the tag "
         "dictionary "
         "or a decimal tag below 2^32"},
        {"{\"1\":18446744073709551616}",
         "message 1: JSON line 1, column 6 (byte 5): out of range, expected a whole number from 0 to "
         "2^64 - 1 (at $.1)"},
        {"{\"1\":-9223372036854775809}",
         "message 1: JSON line 1, column 6 (byte 5): out of range, expected a whole number of 64 bits with "
         "sign "
         "(at $.1)"},
        {"{\"1\":1e999}",
         "message 1: JSON line 1, column 6 (byte 5): no double holds this number, expected less than 1.8e308 "
         "and "
         "not too small (at $.1)"},
        {"{\"1\":01}",
         "message 1: JSON line 1, column 7 (byte 6): the number goes on in no form of JSON, expected `,`, "
         "`]` or "
         "`}` (at $.1)"},
        {"{\"1\":NaN}",
         "message 1: JSON line 1, column 6 (byte 5): found `N`, expected a value: string, number, true, "
         "false, "
         "object or array (at $.1)"},
        {"{\"1\":tru}",
         "message 1: JSON line 1, column 6 (byte 5): found `t`, expected true, false or a whole number from "
         "0 to "
         "255 (at $.1)"},
        {"{\"1\":null}",
         "message 1: JSON line 1, column 6 (byte 5): found `n`, expected a value other than null: a TVF "
         "leaves "
         "the field out (at $.1)"},
        {"{\"1\":\"\\ud83d\"}",
         "message 1: JSON line 1, column 7 (byte 6): lone high surrogate, expected a low one behind it (at "
         "$.1)"},
        {"{\"1\":\"\\ude00\"}",
         "message 1: JSON line 1, column 7 (byte 6): lone low surrogate, expected a pair (at $.1)"},
        {"{\"1\":\"\\x\"}",
         "message 1: JSON line 1, column 7 (byte 6): unknown escape, expected one of \\\" \\\\ \\/ \\b \\f "
         "\\n \\r "
         "\\t \\u (at $.1)"},
        {"{\"1\":\"\\u12g4\"}",
         "message 1: JSON line 1, column 11 (byte 10): bad \\u escape, expected four hex digits (at $.1)"},
        {"{\"1\":\"a\xff\"}", "message 1: JSON line 1, column 8 (byte 7): text is not UTF-8 (at $.1)"},
        {"{\"1\":\"\xed\xa0\x80\"}", "message 1: JSON line 1, column 7 (byte 6): text is not UTF-8 (at $.1)"},
        {"{\"1\":\"a\nb\"}",
         "message 1: JSON line 1, column 8 (byte 7): control character in a string, expected an escape (at "
         "$.1)"},
        {std::string_view("{\"1\":\"\0\"}", 9),
         "message 1: JSON line 1, column 7 (byte 6): control character in a string, expected an escape (at "
         "$.1)"},
        {"{\"1\":\"abc",
         "message 1: JSON line 1, column 6 (byte 5): a string without end, expected `\"` (at $.1)"},
        {"\xef\xbb\xbf{}",
         "message 1: JSON line 1, column 1 (byte 0): found byte 0xef, expected an object `{`"},
        {"{\"4294967296\":1}",
         "message 1: JSON line 1, column 2 (byte 1): unknown field `4294967296`, expected a name of the tag "
         "dictionary or a decimal tag below 2^32"},
    };
    for (const Bad& bad : table) CHECK(json_error(bad.input) == bad.error);
    CHECK(json_error(deep).starts_with(
        "message 1: JSON line 1, column 37 (byte 36): nested deeper than 32 levels"));
}

TEST_CASE("bad binary input is refused with message, byte and what was expected") {
    FlatTvf good;
    good.put_byte(1, 1);
    const std::string one(chars_of(good.bytes()));
    const auto error = [&](const std::string& tail) { return error_of("--from tvf --to json", one + tail); };
    const auto changed = [&](std::size_t at, char to) {
        std::string bytes = one;
        bytes[at] = to;
        return bytes;
    };
    CHECK(error("abc") ==
          "message 2 (from byte 24): FlatTvf: the input ends after 3 bytes of the message, expected 8 at "
          "least");
    CHECK(error(one.substr(0, 16)) ==
          "message 2 (from byte 24): FlatTvf: the input ends after 16 bytes of the message, expected 24");
    CHECK(error(changed(0, 2)) ==
          "message 2 (from byte 24): FlatTvf header: version 2 flags 0, expected version 1 flags 0");
    CHECK(error(changed(4, 7)) ==
          "message 2 (from byte 24): FlatTvf header: says 7 bytes, expected a multiple of 8 from 8 to "
          "16777208");
    CHECK(error(changed(7, 1)) ==
          "message 2 (from byte 24): FlatTvf header: says 16777240 bytes, expected a "
          "multiple of 8 from 8 to 16777208");
    CHECK(error(changed(2, 2)) ==
          "message 2 (from byte 24): FlatTvf message at byte 0: says 2 fields, but holds another number");
    CHECK(error(changed(12, 99)) ==
          "message 2 (from byte 24): FlatTvf field 1 (type 99, 1 bytes) at byte 8: "
          "unknown type, expected 1 to 9");
    CHECK(error(changed(20, 1)) ==
          "message 2 (from byte 24): FlatTvf field 1 (type 4, 1 bytes) at byte 8: padding "
          "is not zero");
}

TEST_CASE("bad text is refused with message, byte and what was expected") {
    const auto error = [](std::string_view tail) {
        return error_of("--from simple --to json", "4;1;7;\n" + std::string(tail));
    };
    CHECK(error("abc") ==
          "message 2 (from byte 7): SimpleStringTvf at byte 0: no complete field, expected "
          "`tag;length;value;`");
    CHECK(error("abc\n1;1;x;\n") ==
          "message 2 (from byte 7): SimpleStringTvf at byte 0: no tag, expected a decimal "
          "number below 2^32");
    CHECK(error("4;x;7;\n") ==
          "message 2 (from byte 7): SimpleStringTvf at byte 2: bad length of field 4, expected "
          "a decimal number of bytes and `;`");
    CHECK(error("4;9;7;\n") ==
          "message 2 (from byte 7): SimpleStringTvf at byte 4: field 4 and its `;` run over the end of the "
          "text");
    CHECK(error("4;1;77;\n") ==
          "message 2 (from byte 7): SimpleStringTvf at byte 5: bad termination of field 4, expected `;`");
    CHECK(error("4;1;\xff;\n") ==
          "message 2 (from byte 7): SimpleStringTvf at byte 0: the value of field 4 is not UTF-8");
    CHECK(error("4;1;x;\n") ==
          "message 2 (from byte 7): the value is no unsigned, expected a whole number from 0 to "
          "2^64 - 1 (at $.amount)");
}

TEST_CASE("a tag that comes twice in text is refused, nested too") {
    CHECK(
        error_of("--from simple --to json", "1;3;abc;1;3;def;\n") ==
        "message 1 (from byte 0): SimpleStringTvf at byte 8: field 1 a second time, expected each tag once");
    const TemporaryFolder folder;
    const std::string names = folder.write("d.yml", dictionary_text);
    CHECK(error_of("--from simple --to json --dictionary '" + names + "'", "9;12;1;1;5;1;1;6;;\n") ==
          "message 1 (from byte 0): field 9: SimpleStringTvf at byte 6: field 1 a second time, expected each "
          "tag once");
}

TEST_CASE("a message that the form cannot hold is an error") {
    std::string text = "{\"1\":1}\n{\"9\":1";
    for (int tag = 100; tag < 4200; ++tag) text += ",\"" + std::to_string(tag) + "\":1";
    const Result result = run("--from json --to simple --dictionary none", text + "}");
    CHECK(result.exit_code == exit_failed);
    CHECK(result.output == "1;1;1;\n");
    CHECK(result.errors ==
          "prosa convert: message 2 (from byte 8): the form simple cannot hold it: limit passed: 65535 "
          "fields of a level, 4096 in SimpleString; 32 levels; 16777208 bytes (at $.4195)\n");
}

TEST_CASE("card numbers do not reach an error message") {
    CHECK(json_error(R"({"4111111111111111":1})").find("`411111******1111`") != std::string::npos);
}

TEST_CASE("memory is bounded however long the stream or a message is") {
    CHECK(shell("yes '{\"1\":\"some text\"}' | head -n 2000000 | { " + with_memory_kib(50'000) +
                "--from json --to tvf --dictionary none; } | wc -c")
              .output == "64000000\n");
    const Result endless = shell("{ printf '{\"1\":\"'; head -c 200000000 /dev/zero | tr '\\0' a; } | { " +
                                 with_memory_kib(300'000) + "--from json --to tvf --dictionary none; }");
    CHECK(endless.exit_code == exit_failed);
    CHECK(
        endless.errors ==
        "prosa convert: message 1: JSON line 1, column 1 (byte 0): an object of more than 67108864 bytes\n");
}

TEST_CASE("a message goes out before the input ends") {
    const TemporaryFolder folder;
    const std::string gate = "'" + (folder.path() / "gate").string() + "'";
    const Result result = shell("mkfifo " + gate + "; { echo '{\"4\":1}'; cat " + gate + "; } | " + convert +
                                "--from json --to json | { read -r first; echo '{\"4\":2}' > " + gate +
                                "; echo \"$first\"; cat; }");
    CHECK(result.output == "{\"amount\":1}\n{\"amount\":2}\n");
}

TEST_CASE("an output that cannot be written is an error") {
    const Result result = shell(convert + "--from json --to json > /dev/full", "{}");
    CHECK(result.exit_code == exit_failed);
    CHECK(result.errors == "prosa convert: the output cannot be written: No space left on device\n");
}

TEST_CASE("wrong usage and bad dictionaries end with 2 and convert nothing") {
    for (const std::string options :
         {"--from json", "--to json", "--from text --to json", "--from json --to xml",
          "--from json --to json --unmask", "--from json --to json --dictionary /nowhere/d.yml",
          "--from json --to json x"}) {
        INFO(options);
        const Result result = run(options, "{}");
        CHECK(result.exit_code == exit_usage);
        CHECK(result.output == "");
        CHECK(result.errors != "");
    }
    CHECK(run("--help", "").exit_code == exit_ok);
}
