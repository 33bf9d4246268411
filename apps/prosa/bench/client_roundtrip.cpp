#include "apps/prosa/bench/client_roundtrip.hpp"

#include <thread>

#include "apps/prosa/bench/bench_requester.hpp"
#include "core/bus/bus_client.hpp"
#include "core/reactor/topology.hpp"

namespace prosa::bench {
namespace {

class ClientLoop {
  public:
    ClientLoop(BusClient& client, const BenchOrder& order)
        : client_(client), order_(order), service_(client.resolve(bench_service)) {
        client_.on_outcome([this](const Outcome& outcome) { take(outcome); });
    }
    ~ClientLoop() { client_.on_outcome({}); }
    ClientLoop(const ClientLoop&) = delete;
    ClientLoop& operator=(const ClientLoop&) = delete;

    absl::Status run(LatencyRun& run) {
        const Nanos measured_from_ns = clock_.now_ns() + order_.warmup_ns;
        const Nanos end_ns = measured_from_ns + order_.duration_ns;
        Nanos start_ns = 0;
        for (std::uint64_t number = 1; (start_ns = clock_.now_ns()) < end_ns; ++number) {
            if (!send(number)) return failed("refused");
            while (!has_outcome_) client_.poll();
            if (answered_number_ != number) return failed("not answered");
            if (start_ns >= measured_from_ns) run.latency.record(outcome_ns_ - start_ns);
        }
        run.elapsed_ns = order_.duration_ns;
        return absl::OkStatus();
    }

  private:
    static absl::Status failed(std::string_view how) {
        return make_error(absl::StatusCode::kInternal, "a client's request was {}", how);
    }

    bool send(std::uint64_t number) {
        has_outcome_ = false;
        Claim claim = client_.claim(service_);
        if (!claim) return false;
        writer_.write(order_.message, claim.body(), number);
        claim.commit();
        return true;
    }

    void take(const Outcome& outcome) {
        answered_number_ = outcome.ok() ? reader_.read(order_.message, outcome.body) : 0;
        outcome_ns_ = clock_.now_ns();
        has_outcome_ = true;
    }

    BusClient& client_;
    const BenchOrder& order_;
    const ServiceHandle service_;
    const Clock clock_;
    MessageWriter writer_;
    MessageReader reader_;
    bool has_outcome_ = false;
    std::uint64_t answered_number_ = 0;
    Nanos outcome_ns_ = 0;
};

}  // namespace

absl::StatusOr<LatencyRun> measure_client_roundtrip(BusMain& main, int cpu, const BenchOrder& order) {
    const std::unique_ptr<BusClient> client = main.connect_client();
    if (client == nullptr)
        return make_error(absl::StatusCode::kInternal, "the instance has no place for a client");
    LatencyRun run;
    absl::Status status;
    std::jthread([&] {
        status = pin_current_thread(cpu);
        if (status.ok()) status = ClientLoop(*client, order).run(run);
    }).join();
    if (!status.ok()) return status;
    return run;
}

}  // namespace prosa::bench
