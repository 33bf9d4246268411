// The checks that look at CPUs: which there are, what runs on them, how fast they are.
#include <doctest/doctest.h>

#include "test/apps/prosa/doctor/sample_machine.hpp"

namespace prosa::doctor {
namespace {

const std::string cpu_folder = "/sys/devices/system/cpu";
const std::string grub = " to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub && reboot";

constexpr const char* interrupts =
    "           CPU0       CPU1       CPU2       CPU3\n"
    " 24:        100          0         30          0  PCI-MSI 49152-edge      eth0\n"
    " 25:          7          0          0          0  PCI-MSI 49153-edge      disk0\n"
    " 26:          0          0          0        500  PCI-MSI 49154-edge      disk1\n"
    "LOC:     999999     999999     999999     999999   Local timer interrupts\n"
    "ERR:          0";

}  // namespace

TEST_CASE("cpus: two are enough, one is not") {
    const SampleMachine machine;
    check_ok(check_cpus(machine.scope()), "CPUs 0-3 allowed; reactors would use 2-3");
    DoctorScope one = machine.scope({0});
    one.allowed = {0};
    check_warning(check_cpus(one), "CPU 0 allowed; reactors would use 0",
                  "allow two CPUs that run at once: taskset -c 0,1 prosa run, or a larger quota");
}

TEST_CASE("smt_siblings: threads that share the reactors' cores are named") {
    SampleMachine machine;
    check_unknown(check_smt_siblings(machine.scope()), "the machine does not say");
    machine.cpu_file(2, "topology/thread_siblings_list", "2")
        .cpu_file(3, "topology/thread_siblings_list", "3");
    check_ok(check_smt_siblings(machine.scope()), "none beside CPUs 2-3");
    machine.cpu_file(2, "topology/thread_siblings_list", "0,2")
        .cpu_file(3, "topology/thread_siblings_list", "1,3");
    check_warning(check_smt_siblings(machine.scope()), "CPUs 0-1 beside CPUs 2-3",
                  "echo off > /sys/devices/system/cpu/smt/control");
}

TEST_CASE("isolcpus: reactors' CPUs that others may use are named") {
    SampleMachine machine;
    check_unknown(check_isolcpus(machine.scope()), "the kernel does not show it; it may be built without");
    machine.file(cpu_folder + "/isolated", "2-3");
    check_ok(check_isolcpus(machine.scope()), "holds CPUs 2-3");
    machine.file(cpu_folder + "/isolated", "2");
    check_warning(check_isolcpus(machine.scope()), "CPU 3 not in it", "add isolcpus=2-3" + grub);
    machine.file(cpu_folder + "/isolated", "");
    check_warning(check_isolcpus(machine.scope()), "CPUs 2-3 not in it", "add isolcpus=2-3" + grub);
}

TEST_CASE("isolcpus: the remedy leaves the system a CPU") {
    SampleMachine machine;
    machine.file(cpu_folder + "/isolated", "").file(cpu_folder + "/online", "0-1");
    CHECK(check_isolcpus(machine.scope({0, 1})).remedy ==
          "add isolcpus=1" + grub + " (CPU 0 stays the system's)");
    machine.file(cpu_folder + "/online", "0");
    CHECK(check_isolcpus(machine.scope({0})).remedy ==
          "give the machine more CPUs: the system needs one, too");
}

TEST_CASE("nohz_full: reactors' CPUs with a timer tick are named") {
    SampleMachine machine;
    check_unknown(check_nohz_full(machine.scope()), "the kernel does not show it; it may be built without");
    machine.file(cpu_folder + "/nohz_full", "1-3");
    check_ok(check_nohz_full(machine.scope()), "holds CPUs 2-3");
    machine.file(cpu_folder + "/nohz_full", " (null)");
    check_warning(check_nohz_full(machine.scope()), "CPUs 2-3 not in it", "add nohz_full=2-3" + grub);
}

TEST_CASE("rcu_nocbs: given on the command line, or by nohz_full") {
    SampleMachine machine;
    check_unknown(check_rcu_nocbs(machine.scope()), "the kernel does not show it; it may be built without");
    machine.file("/proc/cmdline", "root=/dev/vda1 rcu_nocbs=2-3 quiet");
    check_ok(check_rcu_nocbs(machine.scope()), "holds CPUs 2-3");
    machine.file("/proc/cmdline", "rcu_nocbs=all");
    check_ok(check_rcu_nocbs(machine.scope()), "holds CPUs 2-3");
    machine.file("/proc/cmdline", "root=/dev/vda1 quiet");
    check_warning(check_rcu_nocbs(machine.scope()), "CPUs 2-3 not in it", "add rcu_nocbs=2-3" + grub);
    machine.file(cpu_folder + "/nohz_full", "2-3");
    check_ok(check_rcu_nocbs(machine.scope()), "holds CPUs 2-3");
}

TEST_CASE("numa_balancing: matters with several nodes only") {
    SampleMachine machine;
    check_unknown(check_numa_balancing(machine.scope()), "this kernel does not say");
    machine.file("/proc/sys/kernel/numa_balancing", "1").file("/sys/devices/system/node/online", "0");
    check_ok(check_numa_balancing(machine.scope()), "one NUMA node");
    machine.file("/sys/devices/system/node/online", "0-1");
    check_warning(check_numa_balancing(machine.scope()), "on", "sysctl kernel.numa_balancing=0");
    machine.file("/proc/sys/kernel/numa_balancing", "0");
    check_ok(check_numa_balancing(machine.scope()), "off");
}

TEST_CASE("interrupts: devices that came to the reactors' CPUs and still may are named, the busiest first") {
    SampleMachine machine;
    check_unknown(check_interrupts(machine.scope()), "the machine does not show them");
    machine.file("/proc/interrupts", interrupts);
    check_warning(check_interrupts(machine.scope()),
                  "2 of devices on CPUs 2-3: 26 disk1 (500 times), 24 eth0 (30 times)",
                  "systemctl stop irqbalance; echo 0-1 | tee /proc/irq/26/smp_affinity_list "
                  "/proc/irq/24/smp_affinity_list");
    machine.file("/proc/irq/26/smp_affinity_list", "0-1").file("/proc/irq/24/smp_affinity_list", "0-3");
    check_warning(check_interrupts(machine.scope()), "1 of devices on CPUs 2-3: 24 eth0 (30 times)",
                  "systemctl stop irqbalance; echo 0-1 | tee /proc/irq/24/smp_affinity_list");
    machine.file("/proc/irq/24/effective_affinity_list", "0");
    check_ok(check_interrupts(machine.scope()), "none of devices comes to CPUs 2-3");
}

TEST_CASE("interrupts: where every CPU is a reactor's, there is nowhere to move them") {
    SampleMachine machine;
    machine.file("/proc/interrupts", interrupts);
    const Finding finding = check_interrupts(machine.scope({0, 1, 2, 3}));
    CHECK(finding.found == "3 of devices on CPUs 0-3: 26 disk1 (500 times), 24 eth0 (130 times), ...");
    CHECK(finding.remedy ==
          "leave one CPU to the devices: use fewer reactors, or start with taskset -c on some CPUs only");
}

TEST_CASE("governor: performance on all of the reactors' CPUs") {
    SampleMachine machine;
    check_unknown(check_governor(machine.scope()), "the machine does not show it, as most virtual ones");
    machine.cpu_file(2, "cpufreq/scaling_governor", "performance")
        .cpu_file(0, "cpufreq/scaling_governor", "powersave");
    machine.cpu_file(3, "cpufreq/scaling_governor", "performance");
    check_ok(check_governor(machine.scope()), "performance on CPUs 2-3");
    machine.cpu_file(3, "cpufreq/scaling_governor", "schedutil");
    check_warning(check_governor(machine.scope()), "performance on CPU 2, schedutil on CPU 3",
                  "cpupower frequency-set -g performance");
}

TEST_CASE("turbo: off, by the switch that the machine has") {
    SampleMachine machine;
    check_unknown(check_turbo(machine.scope()), "the machine does not show it, as most virtual ones");
    machine.cpu_file(2, "cpufreq/boost", "0").cpu_file(3, "cpufreq/boost", "0");
    check_ok(check_turbo(machine.scope()), "off");
    machine.cpu_file(3, "cpufreq/boost", "1");
    check_warning(check_turbo(machine.scope()), "on",
                  "echo 0 | tee /sys/devices/system/cpu/cpu*/cpufreq/boost");
    machine.file(cpu_folder + "/cpufreq/boost", "1");
    check_warning(check_turbo(machine.scope()), "on", "echo 0 > /sys/devices/system/cpu/cpufreq/boost");
    machine.file(cpu_folder + "/cpufreq/boost", "0");
    check_ok(check_turbo(machine.scope()), "off");
    machine.file(cpu_folder + "/intel_pstate/no_turbo", "0");
    check_warning(check_turbo(machine.scope()), "on",
                  "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
    machine.file(cpu_folder + "/intel_pstate/no_turbo", "1");
    check_ok(check_turbo(machine.scope()), "off");
}

TEST_CASE("idle_states: the deepest that is not switched off counts") {
    SampleMachine machine;
    check_unknown(check_idle_states(machine.scope()), "the machine does not show them, as most virtual ones");
    machine.cpu_file(2, "cpuidle/state0/latency", "0").cpu_file(2, "cpuidle/state1/latency", "133");
    check_warning(check_idle_states(machine.scope()), "the deepest takes 133 us to wake from",
                  "cpupower -c 2-3 idle-set -D 10");
    machine.cpu_file(2, "cpuidle/state1/disable", "1");
    check_ok(check_idle_states(machine.scope()), "the deepest takes 0 us to wake from");
}

TEST_CASE("placement: near and steady, or not") {
    const SampleMachine machine;
    const auto steady = [](int, int) -> absl::StatusOr<double> { return 120.0; };
    const auto far = [](int, int) -> absl::StatusOr<double> { return 530.0; };
    double next_ns = 60;
    const auto moving = [&](int, int) -> absl::StatusOr<double> { return next_ns += 30; };
    const auto refused = [](int, int) -> absl::StatusOr<double> {
        return invalid_argument("CPU 3 is forbidden");
    };
    const std::string remedy =
        "choose other CPUs (cpu: N of a processor; prosa doctor --cpus LIST measures them)";
    check_ok(check_placement(machine.scope(), steady), "round trip of CPUs 2-3 120 ns");
    check_ok(check_placement(machine.scope({1, 2, 3}), steady), "round trip of CPUs 1-2 120 ns, 1-3 120 ns");
    check_warning(check_placement(machine.scope(), far), "round trip of CPUs 2-3 530 ns", remedy);
    check_warning(check_placement(machine.scope(), moving), "round trip of CPUs 2-3 90 ns to 150 ns", remedy);
    check_unknown(check_placement(machine.scope(), refused), "not measured: CPU 3 is forbidden");
    check_unknown(check_placement(machine.scope({0}), steady), "not measured: needs two CPUs");
}

}  // namespace prosa::doctor
