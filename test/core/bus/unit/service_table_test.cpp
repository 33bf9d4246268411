// Versions of the table: what a new one shares with the old, and what it does not touch.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "core/bus/service_table.hpp"

namespace prosa::test {
namespace {

constexpr std::uint32_t chunk_services = 64;

std::shared_ptr<const ServiceEntry> entry(std::uint32_t handle, std::uint32_t provider_count = 1) {
    auto made = std::make_shared<ServiceEntry>();
    made->name = "S" + std::to_string(handle);
    made->handle = ServiceHandle{handle};
    for (std::uint32_t i = 0; i < provider_count; ++i)
        made->providers.push_back(
            {{ProcessorId{i + 1}, QueueId{0}}, ProviderIndex{i}, EndpointTag{}, ReactorId{0}, {}});
    return made;
}

std::unique_ptr<ServiceTable> table_of(std::uint32_t count) {
    auto table = std::make_unique<ServiceTable>();
    for (std::uint32_t handle = 0; handle < count; ++handle) table->set_service(entry(handle));
    return table;
}

const ServiceEntry* find(const ServiceTable& table, std::uint32_t handle) {
    return table.find(ServiceHandle{handle});
}

}  // namespace

TEST_CASE("a handle that no version ever held finds nothing") {
    ServiceTable table;
    CHECK(find(table, 0) == nullptr);
    CHECK(table.find(no_service) == nullptr);
    table.set_service(entry(70));
    CHECK(table.service_count() == 71);
    CHECK(find(table, 69) == nullptr);
    CHECK(find(table, 71) == nullptr);
    CHECK(find(table, 2 * chunk_services) == nullptr);
    REQUIRE(find(table, 70) != nullptr);
    CHECK(find(table, 70)->name == "S70");
}

TEST_CASE("a change is in the next version only") {
    const auto first = table_of(200);
    const auto next = first->next_version();
    next->set_service(entry(100, 3));
    CHECK(next->version() == first->version() + 1);
    CHECK(find(*first, 100)->providers.size() == 1);
    CHECK(find(*next, 100)->providers.size() == 3);
}

TEST_CASE("versions share every entry that did not change, and live without each other") {
    auto first = table_of(200);
    const auto next = first->next_version();
    next->set_service(entry(100, 0));
    for (std::uint32_t handle = 0; handle < 200; ++handle) {
        CAPTURE(handle);
        CHECK((find(*first, handle) == find(*next, handle)) == (handle != 100));
    }
    first.reset();
    for (std::uint32_t handle = 0; handle < 200; ++handle)
        CHECK(find(*next, handle)->name == "S" + std::to_string(handle));
}

TEST_CASE("a change copies one chunk: the others are held, not their entries") {
    const auto first = std::make_unique<ServiceTable>();
    const auto near = entry(0), neighbour = entry(1), far = entry(chunk_services);
    for (const auto& one : {near, neighbour, far}) first->set_service(one);
    const long near_before = near.use_count(), neighbour_before = neighbour.use_count(),
               far_before = far.use_count();
    const auto next = first->next_version();
    CHECK(neighbour.use_count() == neighbour_before);  // all chunks are shared
    next->set_service(entry(0, 2));
    CHECK(near.use_count() == near_before);                // the old chunk's only
    CHECK(neighbour.use_count() == neighbour_before + 1);  // the copied chunk holds it, too
    CHECK(far.use_count() == far_before);                  // its chunk is one for both versions
}

TEST_CASE("an entry is freed with the last version that holds it") {
    auto first = table_of(1);
    std::weak_ptr<const ServiceEntry> old;
    {
        const auto replaced = entry(1);
        old = replaced;
        first->set_service(replaced);
    }
    auto next = first->next_version();
    next->set_service(entry(1, 2));
    CHECK_FALSE(old.expired());
    first.reset();
    CHECK(old.expired());
    CHECK(find(*next, 0)->name == "S0");
}

}  // namespace prosa::test
