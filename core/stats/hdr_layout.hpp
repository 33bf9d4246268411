// core/stats/hdr_layout.hpp: which counter of a histogram a value belongs to, by the HdrHistogram scheme.
//
// A power-of-two range of values (a bucket) is cut into equal sub-buckets, as many as the wanted decimal
// digits need; so the relative error is bounded over the whole range. Numbers of buckets and counters, and
// the order of the counters, equal those of HdrHistogram (hdrhistogram.org), whose log formats therefore fit.
//
// Threads   immutable after construction.
// Units     any integer unit; nanoseconds in this project.
// Cost      index_of: one or, one count of leading zeros, two shifts, one addition.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/export.hpp"

namespace prosa {

// What a histogram can tell apart. Asserted: 1 <= lowest, 2 * lowest <= highest, digits 0 to 5.
struct HdrRange {
    std::int64_t lowest_discernible = 1;
    std::int64_t highest_trackable = 3'600'000'000'000;  // one hour in nanoseconds
    int significant_digits = 3;
    bool operator==(const HdrRange&) const = default;
};

class HdrLayout {
  public:
    PROSA_API explicit HdrLayout(const HdrRange& range = {});

    const HdrRange& range() const noexcept { return range_; }
    std::size_t counter_count() const noexcept { return counter_count_; }
    std::int32_t bucket_count() const noexcept { return bucket_count_; }
    std::int32_t sub_bucket_count() const noexcept { return sub_bucket_half_count_ * 2; }

    // The value must lie in [0, highest_trackable].
    std::size_t index_of(std::int64_t value) const noexcept {
        const std::int32_t bucket = bucket_of(value);
        const auto sub_bucket = static_cast<std::int32_t>(value >> (bucket + unit_magnitude_));
        const std::int32_t base = (bucket + 1) << sub_bucket_half_count_magnitude_;
        return static_cast<std::size_t>(base + sub_bucket - sub_bucket_half_count_);
    }

    // The lowest value that the counter at `index` counts.
    PROSA_API std::int64_t value_at(std::size_t index) const noexcept;

    // Values that share a counter are equivalent; these name the ends and the middle of their range.
    PROSA_API std::int64_t lowest_equivalent(std::int64_t value) const noexcept;
    PROSA_API std::int64_t highest_equivalent(std::int64_t value) const noexcept;
    PROSA_API std::int64_t median_equivalent(std::int64_t value) const noexcept;
    PROSA_API std::int64_t equivalent_range_size(std::int64_t value) const noexcept;

  private:
    std::int32_t bucket_of(std::int64_t value) const noexcept {
        const auto bits =
            static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(value) | sub_bucket_mask_));
        return bits - unit_magnitude_ - (sub_bucket_half_count_magnitude_ + 1);
    }

    HdrRange range_;
    std::uint64_t sub_bucket_mask_ = 0;
    std::int32_t unit_magnitude_ = 0;
    std::int32_t sub_bucket_half_count_magnitude_ = 0;
    std::int32_t sub_bucket_half_count_ = 0;
    std::int32_t bucket_count_ = 0;
    std::size_t counter_count_ = 0;
};

}  // namespace prosa
