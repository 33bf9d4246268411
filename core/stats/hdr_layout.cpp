#include "core/stats/hdr_layout.hpp"

#include <algorithm>
#include <limits>

#include "core/base/assert.hpp"

namespace prosa {
namespace {

std::int64_t power_of_ten(int exponent) noexcept {
    std::int64_t result = 1;
    for (int i = 0; i < exponent; ++i) result *= 10;
    return result;
}

// How often the range of the first bucket must double to cover the highest value.
std::int32_t buckets_needed(std::int64_t first_untrackable, std::int64_t highest) noexcept {
    std::int32_t count = 1;
    while (first_untrackable <= highest) {
        ++count;
        if (first_untrackable > std::numeric_limits<std::int64_t>::max() / 2) break;
        first_untrackable *= 2;
    }
    return count;
}

}  // namespace

HdrLayout::HdrLayout(const HdrRange& range) : range_(range) {
    PROSA_ASSERT(range.lowest_discernible >= 1, "the lowest discernible value is at least 1");
    PROSA_ASSERT(range.highest_trackable / 2 >= range.lowest_discernible,
                 "the highest trackable value is at least twice the lowest discernible one");
    PROSA_ASSERT(range.significant_digits >= 0 && range.significant_digits <= 5, "0 to 5 significant digits");
    // Up to this value, neighbours must be told apart to keep the wanted digits.
    const auto single_unit_max = static_cast<std::uint64_t>(2 * power_of_ten(range.significant_digits));
    const auto sub_bucket_magnitude = static_cast<std::int32_t>(std::bit_width(single_unit_max - 1));
    sub_bucket_half_count_magnitude_ = std::max(sub_bucket_magnitude, 1) - 1;
    sub_bucket_half_count_ = 1 << sub_bucket_half_count_magnitude_;
    unit_magnitude_ =
        static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(range.lowest_discernible))) - 1;
    PROSA_ASSERT(unit_magnitude_ + sub_bucket_half_count_magnitude_ < 61,
                 "the lowest discernible value is too large for so many digits");
    sub_bucket_mask_ = static_cast<std::uint64_t>(sub_bucket_count() - 1) << unit_magnitude_;
    bucket_count_ =
        buckets_needed(std::int64_t{sub_bucket_count()} << unit_magnitude_, range.highest_trackable);
    counter_count_ =
        static_cast<std::size_t>(bucket_count_ + 1) * static_cast<std::size_t>(sub_bucket_half_count_);
}

std::int64_t HdrLayout::value_at(std::size_t index) const noexcept {
    const auto position = static_cast<std::int32_t>(index);
    std::int32_t bucket = (position >> sub_bucket_half_count_magnitude_) - 1;
    std::int32_t sub_bucket = (position & (sub_bucket_half_count_ - 1)) + sub_bucket_half_count_;
    if (bucket < 0) {  // the first bucket alone uses its lower half too
        sub_bucket -= sub_bucket_half_count_;
        bucket = 0;
    }
    return std::int64_t{sub_bucket} << (bucket + unit_magnitude_);
}

std::int64_t HdrLayout::equivalent_range_size(std::int64_t value) const noexcept {
    return std::int64_t{1} << (bucket_of(value) + unit_magnitude_);
}

std::int64_t HdrLayout::lowest_equivalent(std::int64_t value) const noexcept {
    return value & ~(equivalent_range_size(value) - 1);
}

std::int64_t HdrLayout::highest_equivalent(std::int64_t value) const noexcept {
    return lowest_equivalent(value) + (equivalent_range_size(value) - 1);
}

std::int64_t HdrLayout::median_equivalent(std::int64_t value) const noexcept {
    return lowest_equivalent(value) + (equivalent_range_size(value) >> 1);
}

}  // namespace prosa
