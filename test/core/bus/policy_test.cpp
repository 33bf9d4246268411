// Which provider a request goes to, for each policy.
#include <doctest/doctest.h>

#include <array>
#include <map>

#include "test/core/bus/stepped_support.hpp"

namespace prosa::test {
namespace {

constexpr std::size_t provider_count = 3;

std::string name_of_provider(std::size_t i) { return "provider-" + std::to_string(i); }

// One asker and three providers of `S`, each on its own reactor; those that keep answer nothing.
struct Group {
    explicit Group(Policy policy, const std::function<void(BusOptions&)>& adjust = {})
        : instance(made(policy, adjust)) {
        instance.add(asker.definition("asker", {"S"}));
        for (std::size_t i = 0; i < provider_count; ++i) {
            auto each =
                provider(name_of_provider(i), "S", [this, i](LambdaProcessor& self, Request& request) {
                    ++received[i];
                    if (throws[i]) throw std::runtime_error("as asked");
                    if (keeps[i])
                        self.kept.push_back(request.keep());
                    else
                        request.reply(bytes_of(std::to_string(i)));
                });
            each.restart.jitter = 0;
            instance.add(std::move(each));
        }
        REQUIRE(instance.start());
    }

    static InstanceOptions made(Policy policy, const std::function<void(BusOptions&)>& adjust) {
        InstanceOptions made = stepped_options();
        made.service_policies = {{"S", policy}};
        if (adjust) adjust(made.bus);
        return made;
    }

    // Each request is served before the next is sent.
    void send_one_by_one(int count, std::uint64_t affinity = 0) {
        for (int i = 0; i < count; ++i) {
            SendOptions send_options;
            send_options.affinity = affinity;
            REQUIRE(asker.send(send_options));
            instance.settle();
        }
    }

    std::array<int, provider_count> received{};
    std::array<bool, provider_count> keeps{};
    std::array<bool, provider_count> throws{};
    Asker asker;
    SteppedInstance instance;  // its processors use what stands above
};

}  // namespace

TEST_CASE("round_robin gives each provider exactly its share") {
    Group group(Policy::round_robin);
    group.send_one_by_one(300);
    CHECK(group.received == std::array<int, 3>{100, 100, 100});
    CHECK(group.asker.count(ServiceError::none) == 300);
}

TEST_CASE("round_robin shares anew when a provider leaves and when it returns") {
    Group group(Policy::round_robin);
    REQUIRE(group.instance.main().remove_processor(name_of_provider(1)).ok());
    group.instance.settle();
    group.send_one_by_one(300);
    CHECK(group.received == std::array<int, 3>{150, 0, 150});
}

TEST_CASE("least_outstanding prefers the provider that owes nothing") {
    Group group(Policy::least_outstanding);
    group.keeps = {true, true, false};
    group.send_one_by_one(100);
    CHECK(group.received[0] <= 1);
    CHECK(group.received[1] <= 1);
    CHECK(group.received[2] >= 98);
}

TEST_CASE("least_outstanding shares among providers that owe the same") {
    Group group(Policy::least_outstanding);
    group.keeps = {true, true, true};
    group.send_one_by_one(60);
    CHECK(group.received == std::array<int, 3>{20, 20, 20});
}

TEST_CASE("primary_backup sends to the first provider only, as long as it has room") {
    Group group(Policy::primary_backup);
    group.send_one_by_one(100);
    CHECK(group.received == std::array<int, 3>{100, 0, 0});
}

TEST_CASE("primary_backup goes on with the next when the first is full, and back when it has room again") {
    Group group(Policy::primary_backup, [](BusOptions& bus) { bus.credit = 10; });
    group.keeps = {true, false, false};
    group.send_one_by_one(15);
    CHECK(group.received == std::array<int, 3>{10, 5, 0});
    group.keeps[0] = false;
    REQUIRE(group.instance.main().restart_processor(name_of_provider(0)).ok());  // drops what it kept
    group.instance.settle();
    CHECK(group.asker.count(ServiceError::dropped) == 10);
    group.send_one_by_one(10);
    CHECK(group.received == std::array<int, 3>{20, 5, 0});
}

TEST_CASE("primary_backup fails over while the first provider is down, and returns to it after its restart") {
    Group group(Policy::primary_backup);
    group.throws[0] = true;
    group.send_one_by_one(1);
    CHECK(group.asker.count(ServiceError::dropped) == 1);
    group.throws[0] = false;
    group.send_one_by_one(10);
    CHECK(group.received == std::array<int, 3>{1, 10, 0});
    group.instance.advance(ns_per_s);
    REQUIRE(group.instance.processor(name_of_provider(0)).state == ProcessorState::running);
    group.send_one_by_one(10);
    CHECK(group.received == std::array<int, 3>{11, 10, 0});
}

TEST_CASE("sticky sends equal keys to the same provider, and spreads different ones") {
    Group group(Policy::sticky);
    for (std::uint64_t key = 0; key < 50; ++key) {
        const auto before = group.received;
        group.send_one_by_one(4, key);
        int providers_used = 0;
        for (std::size_t i = 0; i < provider_count; ++i) {
            if (group.received[i] == before[i]) continue;
            ++providers_used;
            CHECK(group.received[i] == before[i] + 4);
        }
        CHECK(providers_used == 1);
    }
    for (const int count : group.received) CHECK(count >= 20);
}

TEST_CASE("sticky moves only the keys of a provider that leaves, and they return with it") {
    Group group(Policy::sticky);
    const auto ask_all = [&] {
        std::map<std::uint64_t, std::string> provider_of;
        group.asker.seen.clear();
        for (std::uint64_t key = 0; key < 600; ++key) {
            SendOptions send_options;
            send_options.affinity = key;
            send_options.token = key;
            REQUIRE(group.asker.send(send_options));
            if (key % 16 == 15) group.instance.settle();
        }
        group.instance.settle();
        for (const auto& one : group.asker.seen) provider_of[one.token] = one.body;
        REQUIRE(provider_of.size() == 600);
        return provider_of;
    };
    const auto before = ask_all();
    group.throws[1] = true;
    SendOptions of_provider_1;
    for (const auto& [key, name] : before)
        if (name == "1") of_provider_1.affinity = key;
    REQUIRE(group.asker.send(of_provider_1));
    group.instance.settle();
    group.throws[1] = false;
    const auto without = ask_all();
    for (const auto& [key, name] : before) {
        if (name == "1")
            CHECK(without.at(key) != "1");
        else
            CHECK(without.at(key) == name);
    }
    group.instance.advance(ns_per_s);
    CHECK(ask_all() == before);
}

TEST_CASE("when the first choice has no credit left, each other provider is tried once") {
    for (const Policy policy :
         {Policy::round_robin, Policy::least_outstanding, Policy::primary_backup, Policy::sticky}) {
        CAPTURE(name_of(policy));
        Group group(policy, [](BusOptions& bus) { bus.credit = 5; });
        group.keeps = {true, true, true};
        group.send_one_by_one(15, 7);
        CHECK(group.received == std::array<int, 3>{5, 5, 5});
        const SendResult refused = group.asker.send();
        CHECK(refused.refusal == ServiceError::overloaded);
        CHECK(group.instance.caller("asker", CallerCounter::refused_credit) == 1);
    }
}

TEST_CASE("when the first choice has no room in its ring, each other provider is tried once") {
    for (const Policy policy :
         {Policy::round_robin, Policy::least_outstanding, Policy::primary_backup, Policy::sticky}) {
        CAPTURE(name_of(policy));
        Group group(policy);
        int accepted = 0;
        while (group.asker.send()) ++accepted;  // nobody turns meanwhile
        CHECK(accepted == 3 * 64);
        CHECK(group.instance.caller("asker", CallerCounter::refused_ring) == 1);
        group.instance.settle();
        CHECK(group.received == std::array<int, 3>{64, 64, 64});
        CHECK(group.asker.count(ServiceError::none) == 3 * 64);
    }
}

}  // namespace prosa::test
