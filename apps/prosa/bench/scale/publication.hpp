// apps/prosa/bench/scale/publication.hpp: one more service, and how long until it is published.
#pragma once

#include "apps/prosa/bench/bench_instance.hpp"

namespace prosa::bench {

// Has the processor `bench-publisher` add the extra service, or remove it; the time from the call until its
// reactor has seen the new table. Error: it was not seen within 5 s.
absl::StatusOr<Nanos> toggle_service(BenchInstance& instance);

}  // namespace prosa::bench
