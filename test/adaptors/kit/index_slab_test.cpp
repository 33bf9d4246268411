#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "adaptors/kit/index_slab.hpp"

using namespace prosa;

TEST_CASE("a value is found by its index, once") {
    IndexSlab<std::unique_ptr<int>> slab(2);
    const std::uint32_t index = slab.put(std::make_unique<int>(7));
    const auto taken = slab.take(index);
    REQUIRE(taken.has_value());
    CHECK(**taken == 7);
    CHECK_FALSE(slab.take(index).has_value());
    CHECK_FALSE(slab.take(99).has_value());
}

TEST_CASE("next_index names the place that the next put takes") {
    IndexSlab<int> slab(1);
    for (int round = 0; round < 100; ++round) {
        const std::uint32_t expected = slab.next_index();
        CHECK(slab.put(round) == expected);
        if (round % 3 == 0) CHECK(slab.take(expected) == round);
    }
    CHECK(slab.count() == 66);
}

TEST_CASE("a slab that outgrows what was reserved keeps its values") {
    IndexSlab<int> slab(4);
    std::vector<std::uint32_t> places;
    for (int value = 0; value < 1000; ++value) places.push_back(slab.put(value));
    for (int value = 999; value >= 0; --value)
        CHECK(slab.take(places[static_cast<std::size_t>(value)]) == value);
    CHECK(slab.count() == 0);
}
