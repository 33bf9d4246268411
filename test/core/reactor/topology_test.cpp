#include "core/reactor/topology.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "core/base/status.hpp"
#include "core/reactor/cgroup_quota.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa {
namespace {

// A directory that stands for `/`.
class FakeRoot {
  public:
    void write(std::string_view file, std::string_view text) const { folder_.write(file.substr(1), text); }
    std::string path() const { return folder_.path().string(); }

  private:
    test::TemporaryFolder folder_;
};

bool mentions(const std::vector<TopologyWarning>& warnings, std::string_view text) {
    for (const TopologyWarning& warning : warnings) {
        CHECK_FALSE(warning.cost.empty());
        CHECK_FALSE(warning.remedy.empty());
        if (warning.what.find(text) != std::string::npos) return true;
    }
    return false;
}

TEST_CASE("a CPU list is read and written back") {
    for (const std::string_view text : {"", "0", "0-3", "0-3,8", "1,3,5-6,4000"})
        CHECK(format_cpu_list(parse_cpu_list(text)) == text);
    CHECK(parse_cpu_list("0-2\n") == std::vector{0, 1, 2});
}

TEST_CASE("a malformed CPU list ends at the fault") {
    CHECK(parse_cpu_list("x").empty());
    CHECK(parse_cpu_list("1,3-2,5") == std::vector{1});
    CHECK(parse_cpu_list("1,99999999999") == std::vector{1});
    CHECK(parse_cpu_list("0-1000000").empty());
}

TEST_CASE("cpu.max without a limit, or that is none, limits nothing") {
    CHECK(parse_cpu_max("150000 100000\n") == 1.5);
    for (const std::string_view text : {"max 100000\n", "", "100000", "-1 100000", "5 0", "a b"})
        CHECK_FALSE(parse_cpu_max(text).has_value());
}

TEST_CASE("the smallest quota on the way up counts, in version 2") {
    const FakeRoot root;
    root.write("/proc/self/cgroup", "0::/a/b\n");
    CHECK_FALSE(read_cgroup_quota_cpus(root.path()).has_value());
    root.write("/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
    CHECK(read_cgroup_quota_cpus(root.path()) == 4.0);
    root.write("/sys/fs/cgroup/a/cpu.max", "250000 100000\n");
    CHECK(read_cgroup_quota_cpus(root.path()) == 2.5);
    root.write("/sys/fs/cgroup/cpu.max", "max 100000\n");
    CHECK(read_cgroup_quota_cpus(root.path()) == 2.5);
}

TEST_CASE("a quota of version 1 is found by its controller's name") {
    const FakeRoot root;
    root.write("/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/box\n3:cpuset:/y\n");
    root.write("/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "50000\n");
    root.write("/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n");
    CHECK(read_cgroup_quota_cpus(root.path()) == 0.5);
    root.write("/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "-1\n");
    CHECK_FALSE(read_cgroup_quota_cpus(root.path()).has_value());
}

TEST_CASE("a container that cannot see its group's path still sees the limit at the mount") {
    const FakeRoot root;
    root.write("/proc/self/cgroup", "0::/../elsewhere\n");
    root.write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
    CHECK(read_cgroup_quota_cpus(root.path()) == 2.0);
}

TEST_CASE("this machine has at least one allowed CPU, and all of the affinity mask") {
    const Topology topology = read_topology();
    CHECK(topology.allowed_count() == current_affinity().size());
    CHECK(topology.available_count() >= 1);
    CHECK(topology.allowed_core_count() >= 1);
    warnings_of(topology);
}

TEST_CASE("isolation, governors and huge pages are read from the kernel's files") {
    const int cpu = current_affinity().front();
    const FakeRoot root;
    const std::string folder = "/sys/devices/system/cpu";
    root.write(folder + "/isolated", std::to_string(cpu) + "\n");
    root.write(folder + "/cpu" + std::to_string(cpu) + "/cpufreq/scaling_governor", "powersave\n");
    root.write("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "17\n");
    root.write("/sys/kernel/mm/transparent_hugepage/enabled", "always [never] madvise\n");
    const Topology topology = read_topology(root.path());
    REQUIRE(topology.find(cpu) != nullptr);
    CHECK(topology.find(cpu)->is_isolated);
    CHECK(topology.find(cpu)->governor == "powersave");
    CHECK(topology.huge_pages_free == 17);
    CHECK(topology.transparent_huge_pages == "never");
    CHECK(topology.find(-1) == nullptr);
}

TEST_CASE("a quota cuts the CPUs that can run at once, to one at least") {
    Topology topology;
    for (int i = 0; i < 4; ++i) topology.cpus.push_back({.cpu = i, .core = i, .governor = {}});
    CHECK(topology.available_count() == 4);
    topology.quota_cpus = 2.9;
    CHECK(topology.available_count() == 2);
    topology.quota_cpus = 0.3;
    CHECK(topology.available_count() == 1);
    topology.quota_cpus = 64;
    CHECK(topology.available_count() == 4);
}

TEST_CASE("a good machine has nothing to warn about and a poor one everything") {
    Topology good;
    for (int i = 0; i < 2; ++i)
        good.cpus.push_back({.cpu = i, .core = i, .is_isolated = true, .governor = "performance"});
    good.transparent_huge_pages = "madvise";
    good.has_invariant_tsc = true;
    CHECK(warnings_of(good).empty());

    Topology poor;
    for (int i = 0; i < 2; ++i) poor.cpus.push_back({.cpu = i, .core = 0, .governor = "powersave"});
    poor.quota_cpus = 1.25;
    poor.transparent_huge_pages = "never";
    poor.huge_pages_free = 10;  // those are not what pools ask for
    poor.is_virtual_machine = true;
    const auto warnings = warnings_of(poor);
    for (const std::string_view text : {"1.25 CPUs", "hardware threads of 1 cores", "isolated", "powersave",
                                        "huge pages", "time stamp", "virtual"})
        CHECK(mentions(warnings, text));
    poor.cpus.pop_back();
    CHECK(mentions(warnings_of(poor), "one CPU only"));
}

TEST_CASE("a pinned thread's affinity, read back from the kernel, is that one CPU") {
    const int cpu = current_affinity().back();
    std::thread([cpu] {
        CHECK(pin_current_thread(cpu).ok());
        CHECK(current_affinity() == std::vector{cpu});
    }).join();
}

TEST_CASE("a CPU that does not exist is an error that names it and the allowed ones") {
    for (const int cpu : {-1, 8191, 1'000'000}) {
        const absl::Status status = pin_current_thread(cpu);
        CHECK_FALSE(status.ok());
        CHECK(message_of(status).find(std::to_string(cpu)) != std::string::npos);
        CHECK(message_of(status).find(format_cpu_list(current_affinity())) != std::string::npos);
    }
}

}  // namespace
}  // namespace prosa
