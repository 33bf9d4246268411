// adaptors/stub/delay_model.hpp: how long an answer takes.
//
// Settings  delay: 2ms                                   always
//           delay: { uniform: [1ms, 3ms] }               evenly between the two
//           delay: { exponential: 2ms, max: 100ms }      with that mean, cut at max (default: 50 means)
// Threads   one.
#pragma once

#include "adaptors/kit/random_source.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

class PROSA_API DelayModel {
  public:
    DelayModel() = default;  // no delay
    static DelayModel fixed(Nanos delay_ns) noexcept { return {Kind::fixed, delay_ns, delay_ns}; }
    static DelayModel uniform(Nanos low_ns, Nanos high_ns) noexcept {
        return {Kind::uniform, low_ns, high_ns};
    }
    static DelayModel exponential(Nanos mean_ns, Nanos max_ns) noexcept {
        return {Kind::exponential, mean_ns, max_ns};
    }

    // 0: at once.
    Nanos draw_ns(RandomSource& random) const noexcept;

    // The value at `key`, or `fallback` when it is absent.
    static DelayModel read(SettingsReader& reader, std::string_view key, const DelayModel& fallback);

  private:
    enum class Kind : std::uint8_t { fixed, uniform, exponential };
    DelayModel(Kind kind, Nanos low_or_mean_ns, Nanos high_ns) noexcept
        : kind_(kind), low_or_mean_ns_(low_or_mean_ns), high_ns_(high_ns) {}

    Kind kind_ = Kind::fixed;
    Nanos low_or_mean_ns_ = 0;
    Nanos high_ns_ = 0;
};

}  // namespace prosa
