// The checks that look at limits, memory, clocks and the host.
#include <doctest/doctest.h>

#include "test/apps/prosa/doctor/sample_machine.hpp"

namespace prosa::doctor {
namespace {

const std::string limits_head = "Limit                     Soft Limit           Hard Limit           Units\n";
const std::string pages = "/sys/kernel/mm/";
const std::string clocks = "/sys/devices/system/clocksource/clocksource0/";
const std::string no_limit =
    "systemctl set-property UNIT CPUQuota= (docker update --cpus 0 CONTAINER), or idle: park";

}  // namespace

TEST_CASE("quota: version 2, of the group or above it") {
    SampleMachine machine;
    check_unknown(check_quota(machine.scope()), "the control group is not visible");
    machine.file("/proc/self/cgroup", "0::/a/b");
    check_ok(check_quota(machine.scope()), "none");
    machine.file("/sys/fs/cgroup/a/cpu.max", "150000 100000");
    check_warning(check_quota(machine.scope()), "1.50 CPUs, for 2 reactors and one thread beside them",
                  no_limit);
    machine.file("/sys/fs/cgroup/a/cpu.max", "400000 100000");
    check_ok(check_quota(machine.scope()), "4.00 CPUs, for 2 reactors and one thread beside them");
}

TEST_CASE("quota: version 1") {
    SampleMachine machine;
    machine.file("/proc/self/cgroup", "4:cpu,cpuacct:/a")
        .file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "50000")
        .file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
    check_warning(check_quota(machine.scope()), "0.50 CPUs, for 2 reactors and one thread beside them",
                  no_limit);
    machine.file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1");
    check_ok(check_quota(machine.scope()), "none");
}

TEST_CASE("throttling: the counters of the group and of those above it, in both versions") {
    SampleMachine machine;
    check_unknown(check_throttling(machine.scope()), "no counters are visible");
    machine.file("/proc/self/cgroup", "0::/a/b")
        .file("/sys/fs/cgroup/a/b/cpu.stat", "usage_usec 5\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0");
    check_ok(check_throttling(machine.scope()), "never");
    machine.file("/sys/fs/cgroup/a/cpu.stat", "nr_periods 10\nnr_throttled 3\nthrottled_usec 4500");
    check_warning(check_throttling(machine.scope()), "3 times, 4.5 ms in all", no_limit);

    SampleMachine old;
    old.file("/proc/self/cgroup", "5:memory:/m\n4:cpu,cpuacct:/docker/x")
        .file("/sys/fs/cgroup/cpu,cpuacct/cpu.stat", "nr_periods 9\nnr_throttled 2\nthrottled_time 7000000");
    check_warning(check_throttling(old.scope()), "2 times, 7.0 ms in all", no_limit);
}

TEST_CASE("transparent_huge_pages: on demand, not always") {
    SampleMachine machine;
    const std::string file = pages + "transparent_hugepage/enabled";
    check_unknown(check_transparent_huge_pages(machine.scope()), "this kernel does not say");
    machine.file(file, "[always] madvise never");
    check_warning(check_transparent_huge_pages(machine.scope()), "always",
                  "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
    for (const auto* text : {"always [madvise] never", "always madvise [never]"}) {
        machine.file(file, text);
        check_ok(check_transparent_huge_pages(machine.scope()), chosen_word(text));
    }
}

TEST_CASE("huge_pages: reserved, or transparent") {
    SampleMachine machine;
    const std::string free_count = pages + "hugepages/hugepages-2048kB/free_hugepages";
    check_unknown(check_huge_pages(machine.scope()), "this kernel does not say");
    machine.file(free_count, "0");
    check_warning(check_huge_pages(machine.scope()), "0 of 2 MiB free", "sysctl vm.nr_hugepages=256");
    machine.file(pages + "transparent_hugepage/enabled", "always [madvise] never");
    check_ok(check_huge_pages(machine.scope()), "0 of 2 MiB free; transparent ones are to be had");
    machine.file(pages + "transparent_hugepage/enabled", "always madvise [never]").file(free_count, "12");
    check_ok(check_huge_pages(machine.scope()), "12 of 2 MiB free");
}

TEST_CASE("swap: areas are named") {
    SampleMachine machine;
    const std::string head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority";
    check_unknown(check_swap(machine.scope()), "the machine does not say");
    machine.file("/proc/swaps", head);
    check_ok(check_swap(machine.scope()), "none");
    machine.file("/proc/swaps", head + "\n/dev/sda2 partition 1000 0 -2\n/swap file 1000 0 -3");
    check_warning(check_swap(machine.scope()), "on /dev/sda2 and 1 more", "swapoff -a");
}

TEST_CASE("locked_memory: enough, unlimited, or a capability that stands above the limit") {
    SampleMachine machine;
    const auto set = [&](const std::string& soft) {
        machine.file("/proc/self/limits",
                     limits_head + "Max locked memory         " + soft + "    unlimited   bytes");
    };
    check_unknown(check_locked_memory(machine.scope()), "the limit is not visible");
    set("8388608");
    check_warning(check_locked_memory(machine.scope()), "8 MiB",
                  "ulimit -l unlimited (a unit: LimitMEMLOCK=infinity)");
    set("536870912");
    check_ok(check_locked_memory(machine.scope()), "512 MiB");
    set("unlimited");
    check_ok(check_locked_memory(machine.scope()), "unlimited");
    set("8388608");
    machine.file("/proc/self/status", "Name:\tprosa\nCapEff:\t0000000000004000");
    check_ok(check_locked_memory(machine.scope()), "the process may lock all");
}

TEST_CASE("descriptors: enough for connections") {
    SampleMachine machine;
    check_unknown(check_descriptors(machine.scope()), "the limit is not visible");
    machine.file("/proc/self/limits", limits_head + "Max open files            1024   524288   files");
    check_warning(check_descriptors(machine.scope()), "1024", "ulimit -n 65536 (a unit: LimitNOFILE=65536)");
    machine.file("/proc/self/limits", limits_head + "Max open files            65536   524288   files");
    check_ok(check_descriptors(machine.scope()), "65536");
}

TEST_CASE("clock_source: tsc, or how to get it") {
    SampleMachine machine;
    check_unknown(check_clock_source(machine.scope()), "the machine does not say");
    machine.file(clocks + "current_clocksource", "tsc");
    check_ok(check_clock_source(machine.scope()), "tsc");
    machine.file(clocks + "current_clocksource", "hpet");
    check_warning(check_clock_source(machine.scope()), "hpet",
                  "boot with tsc=reliable, or have the host offer an invariant TSC");
    machine.file(clocks + "available_clocksource", "kvm-clock tsc hpet");
    check_warning(check_clock_source(machine.scope()), "hpet",
                  "echo tsc > " + clocks + "current_clocksource");
}

TEST_CASE("tsc: constant and never stopping") {
    SampleMachine machine;
    const std::string remedy = "have the host pass it on (qemu: -cpu host,+invtsc), or use another machine";
    check_unknown(check_tsc(machine.scope()), "the CPU's flags are not visible");
    machine.file("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu tsc constant_tsc nonstop_tsc");
    check_ok(check_tsc(machine.scope()), "constant and never stopping");
    machine.file("/proc/cpuinfo", "flags\t\t: fpu tsc constant_tsc");
    check_warning(check_tsc(machine.scope()), "without nonstop_tsc", remedy);
    machine.file("/proc/cpuinfo", "flags\t\t: fpu tsc");
    check_warning(check_tsc(machine.scope()), "without constant_tsc and nonstop_tsc", remedy);
}

TEST_CASE("virtual_machine: by the processor's bit, or the kernel's flag") {
    SampleMachine machine;
    const std::string remedy =
        "run on bare metal, or have the host pin each virtual CPU (virsh vcpupin DOMAIN VCPU CPU)";
    check_ok(check_virtual_machine(machine.scope()), "no");
    DoctorScope guest = machine.scope();
    guest.has_hypervisor_bit = true;
    check_warning(check_virtual_machine(guest), "yes: the CPU names a hypervisor", remedy);
    machine.file("/proc/cpuinfo", "flags\t\t: fpu hypervisor");
    check_warning(check_virtual_machine(machine.scope()), "yes: the CPU names a hypervisor", remedy);
}

TEST_CASE("stolen_time: of the reactors' CPUs only") {
    SampleMachine machine;
    const std::string total = "cpu  9 9 9 9 9 9 9 999999 0 0\ncpu0 0 0 0 1 0 0 0 99999 0 0\n";
    check_unknown(check_stolen_time(machine.scope()), "the machine does not show it");
    machine.file("/proc/stat", total + "cpu2 1000 0 0 9000 0 0 0 0 500 0\ncpu3 1000 0 0 9000 0 0 0 0 0 0");
    check_ok(check_stolen_time(machine.scope()), "0.00 % of CPUs 2-3 since boot");
    machine.file("/proc/stat", total + "cpu2 1000 0 0 8000 0 0 0 1000 500 0\ncpu3 1000 0 0 9000 0 0 0 0 0 0");
    check_warning(check_stolen_time(machine.scope()), "5.00 % of CPUs 2-3 since boot",
                  "have the host reserve physical CPUs for this machine (dedicated, not shared cores)");
}

}  // namespace prosa::doctor
