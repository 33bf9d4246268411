// apps/prosa/doctor/finding.hpp: what one check says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prosa::doctor {

enum class Verdict : std::uint8_t {
    ok,
    warning,  // it costs latency here
    unknown,  // this machine does not show it; containers and virtual machines hide much
};

constexpr std::string_view name_of(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::ok:
            return "ok";
        case Verdict::warning:
            return "warning";
        case Verdict::unknown:
            break;
    }
    return "unknown";
}

struct Finding {
    std::string_view check = {};  // its name
    Verdict verdict = Verdict::unknown;
    std::string found = {};
    std::string_view why = {};  // it matters
    std::string remedy = {};    // a command where there is one; empty when all is well
};

}  // namespace prosa::doctor
