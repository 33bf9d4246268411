// adaptors/injector/injector_settings.hpp: the keys of an injector's section.
//
// service_name      the service it sends to
// Open loop, when `rate` is a rate:
//   rate            transactions per second (20k), or `file`: the times of the file's lines
//   arrivals        uniform (default) or poisson
//   schedule        const (default); step: from start_rate up by step_rate each step_every (1s) to rate; line: from
//                   start_rate to rate over the duration
//   give_up_after   how long a send is tried again that finds no room (100ms)
// Regulated (ProSA's), when `rate` is `regulated` (default):
//   max_speed 5, timeout_threshold 10s, max_concurrents_send 1, speed_interval 15
// Both:
//   warmup 0s, duration (until stopped), count (no limit), timeout (bus.call_timeout), late_after 1ms, seed 1,
//   wait_for_service 10s, spin_before 60us, burst 64, stop_when_done true
#pragma once

#include "adaptors/injector/injector_run.hpp"
#include "core/base/export.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

struct InjectorSettings {
    InjectorOptions options;
    bool uses_file_times = false;  // the adaptor's timeline becomes the load's
};

// `call_timeout_ns`: bus.call_timeout, the timeout of requests when the section names none.
PROSA_API InjectorSettings read_injector_settings(SettingsReader& section, Nanos call_timeout_ns);

}  // namespace prosa
