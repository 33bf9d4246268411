#include "apps/prosa/bench/scale/publication.hpp"

#include <chrono>
#include <thread>

namespace prosa::bench {

absl::StatusOr<Nanos> toggle_service(BenchInstance& instance) {
    instance.desk().published_ns.store(0, std::memory_order_relaxed);
    const auto called = instance.main().command("bench-publisher", "toggle", 5 * ns_per_s);
    if (!called.ok()) return called.status();
    for (const Nanos last_ns = monotonic_now_ns() + 5 * ns_per_s; monotonic_now_ns() < last_ns;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (const Nanos ns = instance.desk().published_ns.load(std::memory_order_acquire); ns != 0) return ns;
    }
    return make_error(absl::StatusCode::kDeadlineExceeded, "a publication was not seen within 5 s");
}

}  // namespace prosa::bench
