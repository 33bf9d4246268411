// test/apps/prosa/example_files.hpp: the examples that the program is tested with.
#pragma once

#include <string>

namespace prosa {

inline const std::string payment_switch = std::string(PROSA_EXAMPLES) + "/payment_switch.yml";
inline const std::string transactions = std::string(PROSA_EXAMPLES) + "/transactions.jsonl";

}  // namespace prosa
