// test/apps/prosa/doctor/sample_machine.hpp: a folder that stands for a machine.
//
// Its CPUs are 0 to 3; reactors use 2 and 3.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "apps/prosa/doctor/doctor_checks.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa::doctor {

class SampleMachine {
  public:
    // A line feed is put behind the text, as the kernel does.
    SampleMachine& file(const std::string& path, const std::string& text) {
        folder_.write(std::string_view(path).substr(1), text + "\n");
        return *this;
    }
    SampleMachine& cpu_file(int cpu, const std::string& path, const std::string& text) {
        return file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/" + path, text);
    }

    DoctorScope scope(std::vector<int> cpus = {2, 3}) const {
        return {.files = KernelFiles(folder_.path().string()),
                .cpus = std::move(cpus),
                .allowed = {0, 1, 2, 3},
                .has_hypervisor_bit = false};
    }

  private:
    test::TemporaryFolder folder_;
};

inline void check_ok(const Finding& finding, std::string_view found) {
    CHECK(finding.verdict == Verdict::ok);
    CHECK(finding.found == found);
    CHECK_FALSE(finding.why.empty());
    CHECK(finding.remedy == "");
}

inline void check_warning(const Finding& finding, std::string_view found, std::string_view remedy) {
    CHECK(finding.verdict == Verdict::warning);
    CHECK(finding.found == found);
    CHECK_FALSE(finding.why.empty());
    CHECK(finding.remedy == remedy);
}

inline void check_unknown(const Finding& finding, std::string_view found) {
    CHECK(finding.verdict == Verdict::unknown);
    CHECK(finding.found == found);
    CHECK_FALSE(finding.why.empty());
    CHECK_FALSE(finding.remedy.empty());
}

}  // namespace prosa::doctor
