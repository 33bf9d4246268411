// apps/prosa/prosa_main.hpp: the program as a library function, so that a program with processors of its own
// has every subcommand.
//
//     int main(int argc, char** argv) {
//         prosa::ProcessorRegistry own_kinds;
//         if (!own_kinds.add(fraud_check_kind()).ok()) return 1;
//         prosa::BuiltinAdaptors adaptors;
//         adaptors.stub.add<Hello>("hello", "answers hello to everything");
//         return prosa::prosa_main(argc, argv, &own_kinds, &adaptors);
//     }
//
// Threads   the program's first, once at a time. It may end the process by _exit when a thread does not end.
// Output    results on stdout, everything else on stderr.
// Errors    the exit codes of apps/prosa/exit_code.hpp.
#pragma once

#include "adaptors/register.hpp"
#include "core/base/export.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa {

// The kinds that ProSA brings are added to `own_kinds`; `adaptors` are theirs. Null: none of one's own.
PROSA_API int prosa_main(int argc, const char* const* argv, const ProcessorRegistry* own_kinds = nullptr,
                         const BuiltinAdaptors* adaptors = nullptr);

}  // namespace prosa
