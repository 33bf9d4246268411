#include "core/control/transaction_log.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "core/bus/service_directory.hpp"
#include "core/control/control_socket.hpp"
#include "core/control/reference_text.hpp"
#include "core/control/rotating_file.hpp"
#include "test/core/bus/bus_support.hpp"
#include "test/support/log_lines.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa::test {
namespace {

std::string shown(std::string_view text) {
    TransactionReference reference{};
    reference.bytes = static_cast<std::uint8_t>(std::min(text.size(), TransactionReference::bytes_max));
    reference.is_cut = text.size() > TransactionReference::bytes_max;
    std::copy_n(text.begin(), reference.bytes, reference.text.begin());
    return reference_text(reference);
}

// Passes each request on to `target` and its answer back, as a router does.
ProcessorDefinition forwarder(const std::string& name, const std::string& service,
                              const std::string& target) {
    return definition(name, [=](LambdaProcessor& p) {
        p.start = [=](LambdaProcessor& self) {
            self.bus().resolve(target);
            self.bus().add_services({service});
            return absl::OkStatus();
        };
        p.request = [=](LambdaProcessor& self, Request& request) {
            SendOptions send_options;
            send_options.correlation = request.correlation() != 0 ? request.correlation() : request.id();
            send_options.token = self.kept.size();
            KeptRequest kept = request.keep();
            REQUIRE(kept);
            REQUIRE(self.bus().send(self.bus().resolve(target), kept.body(), send_options));
            self.kept.push_back(std::move(kept));
        };
        p.outcome = [](LambdaProcessor& self, const Outcome& outcome) {
            KeptRequest& kept = self.kept.at(outcome.token);
            if (outcome.ok())
                kept.reply(outcome.body);
            else
                kept.fail(outcome.error);
        };
    });
}

ProcessorDefinition echo() {
    return provider("echo", "ECHO", [](auto&, Request& request) {
        if (text_of(request.body()) == "fail")
            request.fail(ServiceError::protocol);
        else
            request.reply(request.body());
    });
}

struct Logged {
    explicit Logged(TransactionLogOptions log_options = {}) {
        log_options.path = path;
        auto created = TransactionLog::create(log_options);
        REQUIRE(created.ok());
        log = *std::move(created);
        instance.journal = log;
    }

    TemporaryFolder folder;
    std::string path = folder.file("transactions.log");
    std::shared_ptr<TransactionLog> log;
    InstanceOptions instance = options();
};

}  // namespace

TEST_CASE("each request that ends has a line with its id, route, outcome and times") {
    Logged logged;
    {
        BusMain main(logged.instance);
        REQUIRE(main.add_processor(echo()).ok());
        REQUIRE(main.start().ok());
        auto client = main.connect_client();
        const ServiceHandle service = client->resolve("ECHO");
        REQUIRE(wait_for_provider(*client, service));
        CHECK(client->call(service, bytes_of("fine")).ok());
        CHECK(client->call(service, bytes_of("fail")).error == ServiceError::protocol);
    }
    logged.log->close();
    const auto lines = lines_of(logged.path);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() > 30);
    CHECK(lines[0][4] == '-');
    CHECK(lines[0][10] == 'T');
    CHECK(lines[0][29] == 'Z');
    CHECK(field(lines[0], "route") == "client-1>ECHO>echo");
    CHECK(field(lines[0], "outcome") == "none");
    CHECK(field(lines[0], "id") == field(lines[0], "correlation"));
    CHECK(std::stoll(field(lines[0], "latency_ns")) > 0);
    CHECK(field(lines[1], "outcome") == "protocol");
    CHECK(lines[0].find("fine") == std::string::npos);
    CHECK(logged.log->counts().written == 2);
    CHECK(logged.log->counts().dropped == 0);
}

TEST_CASE("both hops of a transaction have the same correlation, that of the request that began it") {
    Logged logged;
    {
        BusMain main(logged.instance);
        REQUIRE(main.add_processor(echo()).ok());
        REQUIRE(main.add_processor(forwarder("switch", "PAY", "ECHO")).ok());
        REQUIRE(main.start().ok());
        auto client = main.connect_client();
        const ServiceHandle pay = client->resolve("PAY");
        REQUIRE(wait_for_provider(*client, pay));
        REQUIRE(wait_for_provider(*client, client->resolve("ECHO")));
        REQUIRE(main.wait_until_running(10 * ns_per_s));
        for (int i = 0; i < 10; ++i) REQUIRE(client->call(pay, bytes_of("x")).ok());
    }
    logged.log->close();
    std::map<std::string, std::set<std::string>> routes_by_correlation;
    for (const std::string& line : lines_of(logged.path))
        routes_by_correlation[field(line, "correlation")].insert(field(line, "route"));
    CHECK(routes_by_correlation.size() == 10);
    for (const auto& [correlation, routes] : routes_by_correlation)
        CHECK(routes == std::set<std::string>{"client-2>PAY>switch", "switch>ECHO>echo"});
}

TEST_CASE("a reference is in the line, belongs to its request only, and shows no card number") {
    Logged logged;
    {
        BusMain main(logged.instance);
        REQUIRE(main.add_processor(echo()).ok());
        REQUIRE(main.start().ok());
        auto client = main.connect_client();
        const ServiceHandle service = client->resolve("ECHO");
        REQUIRE(wait_for_provider(*client, service));
        int outcomes = 0;
        client->on_outcome([&](const Outcome&) { ++outcomes; });
        for (const std::string reference :
             {"STAN 000123", "", "4111111111111111", "card 4111-1111-1111-1111 ok"}) {
            Claim claim = client->claim(service);
            REQUIRE(claim);
            CHECK(claim.wants_reference());
            if (!reference.empty()) claim.set_reference(reference);
            claim.commit();
            const int expected = outcomes + 1;
            REQUIRE(eventually([&] {
                client->poll();
                return outcomes == expected;
            }));
        }
    }
    logged.log->close();
    const auto lines = lines_of(logged.path);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].ends_with(" reference=\"STAN 000123\""));
    CHECK(lines[1].find("reference=") == std::string::npos);
    CHECK(lines[2].ends_with(" reference=\"411111******1111\""));
    CHECK(lines[3].ends_with(" reference=\"card 4111-11**-****-1111 ok\""));
}

TEST_CASE("a claim wants no reference where nothing is logged") {
    BusMain main(options());
    REQUIRE(main.add_processor(echo()).ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle service = client->resolve("ECHO");
    REQUIRE(wait_for_provider(*client, service));
    Claim claim = client->claim(service);
    CHECK_FALSE(claim.wants_reference());
    claim.set_reference("ignored");
    claim.abort();
    CHECK_FALSE(claim.wants_reference());
}

TEST_CASE("numbers as long as a card's are masked however they are written, shorter ones are shown") {
    CHECK(shown("123456789012") == "123456789012");
    CHECK(shown("1234567890123") == "123456***0123");
    CHECK(shown("4111 1111 1111 1111") == "4111 11** **** 1111");
    CHECK(shown("4111.1111.1111.1111") == "4111.11**.****.1111");
    CHECK(shown("id=4111111111111111/2") == "id=411111*******111/2");
    CHECK(shown("12345678901234567890123456789") == "123456*******************6789");
    CHECK(shown("20261122 181158 000123") == "202611** ****** **0123");
    CHECK(shown("AB12-CD34") == "AB12-CD34");
    CHECK(shown("a\"b\nc\xff") == "a?b?c?");
    // The end of a card number that was cut off could be shown by its last digits.
    CHECK(shown("012345678901234567890ab 4111111111111111") == "012345***********7890ab 411111**");
    CHECK(shown("a reference that is cut off at 32 bytes") == "a reference that is cut off at 3");
}

TEST_CASE("an incarnation that ends before its outcome leaves an abandoned line") {
    Logged logged;
    std::atomic<bool> is_sent{false};
    {
        BusMain main(logged.instance);
        REQUIRE(main.add_processor(provider("slow", "SLOW",
                                            [](LambdaProcessor& self, Request& request) {
                                                self.kept.push_back(request.keep());
                                            }))
                    .ok());
        REQUIRE(main.add_processor(
                        definition("asker",
                                   [&](LambdaProcessor& p) {
                                       p.start = [](LambdaProcessor& self) {
                                           self.bus().resolve("SLOW");
                                           self.bus().set_timer(0, 0);
                                           return absl::OkStatus();
                                       };
                                       p.timer = [&](LambdaProcessor& self, std::uint64_t) {
                                           if (self.bus().send(self.bus().resolve("SLOW"), bytes_of("x")))
                                               is_sent = true;
                                           else
                                               self.bus().set_timer(self.bus().now_ns() + ns_per_ms, 0);
                                       };
                                   }))
                    .ok());
        REQUIRE(main.start().ok());
        REQUIRE(eventually([&] { return is_sent.load(); }));
        REQUIRE(main.remove_processor("asker").ok());
        REQUIRE(eventually([&] { return main.report().processors.size() == 1; }));
    }
    logged.log->close();
    const auto lines = lines_of(logged.path);
    REQUIRE(lines.size() == 1);
    CHECK(field(lines[0], "outcome") == "abandoned");
    CHECK(field(lines[0], "route") == "asker>SLOW>slow");
}

TEST_CASE("a full ring drops records and counts each of them") {
    TransactionLogOptions small;
    small.ring_slots = 16;
    Logged logged(small);
    // The sink alone: the log's thread looks every 20 ms only, and a burst of this size takes less.
    logged.log->begin(std::make_shared<ServiceDirectory>());
    auto sink = logged.log->open();
    constexpr std::uint64_t count = 100'000;
    TransactionRecord record{};
    for (std::uint64_t i = 1; i <= count; ++i) {
        record.id = i;
        sink->on_end(record);
    }
    CHECK(logged.log->counts().dropped > 0);
    sink.reset();
    logged.log->close();
    const TransactionLogCounts counts = logged.log->counts();
    CHECK(counts.dropped + counts.written == count);
    CHECK(counts.written >= 16);
    CHECK(lines_of(logged.path).size() == counts.written);
}

TEST_CASE("a full file is set aside, the oldest goes, and no line is torn") {
    TransactionLogOptions small;
    small.max_bytes = 4096;
    small.files = 3;
    Logged logged(small);
    logged.log->begin(std::make_shared<ServiceDirectory>());
    auto sink = logged.log->open();
    TransactionRecord record{};
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        record.id = i;
        sink->on_end(record);
    }
    logged.log->close();
    CHECK(logged.log->counts().written == 1000);
    CHECK(logged.log->counts().dropped == 0);
    std::uint64_t expected = 1000;
    for (const std::string suffix : {"", ".1", ".2"}) {
        const std::string path = logged.path + suffix;
        CHECK(std::filesystem::file_size(path) <= 4096);
        auto lines = lines_of(path);
        REQUIRE(!lines.empty());
        std::reverse(lines.begin(), lines.end());
        for (const std::string& line : lines) CHECK(field(line, "id") == std::to_string(expected--));
    }
    CHECK_FALSE(std::filesystem::exists(logged.path + ".3"));
}

TEST_CASE("a log goes on behind what is in the file, and one that cannot be opened is an error") {
    TemporaryFolder folder;
    for (int run = 1; run <= 2; ++run) {
        TransactionLogOptions log_options;
        log_options.path = folder.file("log");
        auto log = TransactionLog::create(log_options);
        REQUIRE(log.ok());
        (*log)->begin(std::make_shared<ServiceDirectory>());
        (*log)->open()->on_end(TransactionRecord{});
        (*log)->close();
        CHECK(lines_of(log_options.path).size() == static_cast<std::size_t>(run));
    }
    TransactionLogOptions nowhere;
    nowhere.path = folder.file("no/such/folder/log");
    const auto failed = TransactionLog::create(nowhere);
    REQUIRE_FALSE(failed.ok());
    CHECK(message_of(failed.status()).find(nowhere.path) != std::string::npos);
    nowhere.path = folder.file("socket");
    const auto socket = listen_for_control(nowhere.path);
    REQUIRE(socket.ok());
    CHECK_FALSE(RotatingFile::check(nowhere.path).ok());
    CHECK(RotatingFile::check(nowhere.path) == TransactionLog::create(nowhere).status());
}

TEST_CASE("lines that the system does not take are counted as dropped") {
    RotatingFile full("/dev/full", 1 << 20, 2);
    REQUIRE(full.open().ok());
    full.append("a line\n");
    full.append("another\n");
    full.flush();
    CHECK_FALSE(full.status().ok());
    CHECK(full.lost_lines() == 2);
    CHECK(full.written_lines() == 0);
}

}  // namespace prosa::test
