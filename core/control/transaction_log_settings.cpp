// The section `observability.transaction_log`.
#include <bit>

#include "core/control/transaction_log.hpp"

namespace prosa {

void read_settings(SettingsReader& reader, TransactionLogOptions& options) {
    reader.read("path", options.path).required().not_empty();
    reader.read("max_bytes", options.max_bytes).range(4096, std::uint64_t{1} << 40);
    reader.read("files", options.files).range(1, 1000);
    reader.read("reference", options.reference);
    reader.read("ring_slots", options.ring_slots).range(2, 1U << 20);
    if (std::has_single_bit(options.ring_slots)) return;
    reader.add_error("ring_slots", fmt::format("expects a power of two, got {}", options.ring_slots));
    options.ring_slots = TransactionLogOptions{}.ring_slots;
}

}  // namespace prosa
