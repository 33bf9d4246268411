// The section `observability.transaction_log`.
#include "core/control/transaction_log.hpp"

namespace prosa {

void read_settings(SettingsReader& reader, TransactionLogOptions& options) {
    reader.read("path", options.path).required().not_empty();
    reader.read("max_bytes", options.max_bytes).range(4096, std::uint64_t{1} << 40);
    reader.read("files", options.files).range(1, 1000);
    reader.read("reference", options.reference);
    reader.read("ring_slots", options.ring_slots).power_of_two(2, 1U << 20);
}

}  // namespace prosa
