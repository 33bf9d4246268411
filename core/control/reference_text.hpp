// core/control/reference_text.hpp: an adaptor's reference as the log of transactions may show it.
#pragma once

#include <string>

#include "core/base/export.hpp"
#include "core/bus/transaction_sink.hpp"

namespace prosa {

// Printable ASCII without quotes; other bytes become `?`. 13 digits and more, also with a single character
// that is no letter between them, may be a card number: the first six and the last four stay (PCI DSS 3.4),
// `*` between. No check digit is needed for that: a log rather hides too much. Of digits that were cut off
// the first six stay.
PROSA_API std::string reference_text(const TransactionReference& reference);

}  // namespace prosa
