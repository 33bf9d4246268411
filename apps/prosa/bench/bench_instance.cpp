#include "apps/prosa/bench/bench_instance.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <thread>

#include "apps/prosa/bench/bench_provider.hpp"
#include "apps/prosa/bench/bench_publisher.hpp"
#include "apps/prosa/bench/bench_requester.hpp"
#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/instance_file.hpp"
#include "core/base/units.hpp"
#include "core/bus/load_board.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa::bench {
namespace {

void sleep_for_ns(Nanos ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(ns)); }

ProcessorKind requester_kind(const std::shared_ptr<BenchDesk>& desk) {
    return {.name = "bench_requester",
            .description = "sends the transactions of a benchmark",
            .adaptors = {},
            .configure = [desk](ProcessorSetup&) -> absl::StatusOr<ProcessorFactory> {
                return [desk](const ShardInfo&) { return std::make_unique<BenchRequester>(desk); };
            }};
}

ProcessorKind provider_kind(const std::shared_ptr<BenchDesk>& desk) {
    return {.name = "bench_provider",
            .description = "answers the transactions of a benchmark",
            .adaptors = {},
            .configure = [desk](ProcessorSetup& setup) -> absl::StatusOr<ProcessorFactory> {
                ProviderBehaviour behaviour = ProviderBehaviour::answer;
                setup.settings.read_choice("behaviour", behaviour,
                                           {{"answer", ProviderBehaviour::answer},
                                            {"keep", ProviderBehaviour::keep},
                                            {"mixed", ProviderBehaviour::mixed}});
                return [desk, behaviour](const ShardInfo&) {
                    return std::make_unique<BenchProvider>(desk, behaviour);
                };
            }};
}

ProcessorKind publisher_kind(const std::shared_ptr<BenchDesk>& desk) {
    return {.name = "bench_publisher",
            .description = "provides many services, and one more now and then",
            .adaptors = {},
            .configure = [desk](ProcessorSetup& setup) -> absl::StatusOr<ProcessorFactory> {
                std::uint32_t service_count = 10'000;
                setup.settings.read("service_count", service_count).range(0, 1U << 20);
                return [desk, service_count](const ShardInfo&) {
                    return std::make_unique<BenchPublisher>(desk, service_count);
                };
            }};
}

absl::StatusOr<ProcessorRegistry> bench_kinds(const std::shared_ptr<BenchDesk>& desk) {
    ProcessorRegistry registry;
    for (ProcessorKind& kind : std::array{requester_kind(desk), provider_kind(desk), publisher_kind(desk)})
        if (const absl::Status added = registry.add(std::move(kind)); !added.ok()) return added;
    return registry;
}

absl::Status write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path);
    file << text;
    file.flush();
    if (!file) return invalid_argument("cannot write {}", path.string());
    return absl::OkStatus();
}

// What one processor has become, when it does not run.
std::string troubles_of(const InstanceReport& report) {
    std::string text;
    for (const ProcessorReport& processor : report.processors)
        for (const QueueReport& queue : processor.queues)
            if (queue.state != ProcessorState::running)
                text += fmt::format(" {} is {}: {}", processor.name, name_of(queue.state), queue.last_error);
    return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BenchInstance>> BenchInstance::start(const BenchRun& run,
                                                                    const std::string& name,
                                                                    const std::string& configuration,
                                                                    std::shared_ptr<BenchDesk> desk) {
    const std::filesystem::path path = run.options().figures_file.parent_path() / (name + ".yml");
    if (const absl::Status written = write_file(path, configuration); !written.ok()) return written;
    const auto registry = bench_kinds(desk);
    if (!registry.ok()) return registry.status();
    LoadBoard board;
    auto loaded =
        load_instance({.path = path, .name = std::nullopt, .registry = *registry, .load_board = board});
    if (!loaded.ok()) return loaded.status();
    std::unique_ptr<BenchInstance> instance(new BenchInstance(std::move(desk)));
    instance->main_ = std::make_unique<BusMain>(loaded->settings.instance);
    if (const absl::Status added = add_processors(*instance->main_, loaded->settings); !added.ok())
        return added;
    if (const absl::Status started = instance->main_->start(); !started.ok()) return started;
    if (!instance->main_->wait_until_running(10 * ns_per_s))
        return make_error(absl::StatusCode::kInternal, "the instance of {} does not run:{}", path.string(),
                          troubles_of(instance->main_->report()));
    return instance;
}

BenchInstance::~BenchInstance() {
    if (main_ != nullptr && main_->stop_and_join("measured") != 0) _exit(exit_failed);
}

absl::Status BenchInstance::wait_for_service(std::string_view name) {
    for (const Nanos end_ns = monotonic_now_ns() + 10 * ns_per_s; monotonic_now_ns() < end_ns;) {
        const InstanceReport report = main_->report();
        const auto found = std::find_if(report.services.begin(), report.services.end(),
                                        [name](const ServiceReport& each) { return each.name == name; });
        if (found != report.services.end() && !found->providers.empty()) return absl::OkStatus();
        sleep_for_ns(2 * ns_per_ms);
    }
    return make_error(absl::StatusCode::kDeadlineExceeded, "the service {} has no provider after 10 s", name);
}

absl::Status BenchInstance::begin(const BenchOrder& order) {
    desk_->order = order;
    ended_before_ = desk_->ended_runs.load(std::memory_order_acquire);
    return main_->command("bench-requester", "go", 5 * ns_per_s).status();
}

absl::Status BenchInstance::wait_for_end() {
    const BenchOrder& order = desk_->order;
    const Nanos expected_ns = order.warmup_ns + order.duration_ns;
    const Nanos last_ns = monotonic_now_ns() + expected_ns + 20 * ns_per_s;
    // Looking often would take the CPU from a reactor that is measured.
    if (order.count_max == BenchOrder{}.count_max) sleep_for_ns(expected_ns);
    while (desk_->ended_runs.load(std::memory_order_acquire) == ended_before_) {  // [ended]
        if (monotonic_now_ns() > last_ns)
            return make_error(absl::StatusCode::kDeadlineExceeded, "a run of {} did not end:{}",
                              format_duration(expected_ns), troubles_of(main_->report()));
        sleep_for_ns(5 * ns_per_ms);
    }
    if (desk_->failed_count != 0 && order.rate_per_s == 0)
        return make_error(absl::StatusCode::kInternal, "{} transactions were refused or failed",
                          desk_->failed_count);
    if (desk_->run.latency.total_count() == 0)
        return make_error(absl::StatusCode::kUnavailable, "no transaction came back in {}",
                          format_duration(order.duration_ns));
    return absl::OkStatus();
}

absl::Status BenchInstance::measure(const BenchOrder& order) {
    if (const absl::Status begun = begin(order); !begun.ok()) return begun;
    return wait_for_end();
}

}  // namespace prosa::bench
