// core/control/metrics.hpp: all metrics of an instance in the Prometheus text form.
//
// With ProSA's names, labels and values:
//   prosa_main_ram              type=physical|virtual: bytes
//   prosa_services              type=node, id=SERVICE: providers requests go to; 0 remains when all have left
//                               type=link, id=SERVICE/PROCESSOR_ID, source=SERVICE, target=PROCESSOR_ID: 1
//   prosa_processors            type=node, id=PROCESSOR_ID, title=NAME: recoverable restarts so far while
//   running, -1
//                               while stopped, starting or waiting in back-off, -2 crashed
//                               type=queues: its registered queues (ProSA keeps the last number after a stop;
//                               here it falls)
//   prosa_inj_request_duration  proc, service, err_code: seconds, of what injectors sent
// The series of a processor go with it. The rest is ours; docs/metrics.md lists it.
//
// Threads   any. Reads counters that others write: each is exact, together they are some microseconds apart.
// Cost      about 0.1 ms per processor's histogram; nothing on a reactor.
// Order     that of the report; the same from call to call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/load_board.hpp"
#include "core/control/process_memory.hpp"

namespace prosa {

struct TransactionLogCounts {
    std::uint64_t written = 0;  // lines
    std::uint64_t dropped = 0;  // requests without a line: a ring was full, or the file could not be written
};

// What is not in the report; each may be absent.
struct MetricsExtras {
    const LoadBoard* load_board = nullptr;
    std::optional<ProcessMemory> memory;
    std::optional<TransactionLogCounts> transaction_log;
};

// The report's instance still exists.
PROSA_API std::string metrics_text(const InstanceReport& report, const MetricsExtras& extras);

// The metric `prosa_processors` of a processor.
PROSA_API std::int64_t processor_metric(const ProcessorReport& processor) noexcept;

}  // namespace prosa
