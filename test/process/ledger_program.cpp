// test/process/ledger_program.cpp: prosa itself, with two kinds of processors more: a source that keeps a ledger of
// outcomes, and a provider that makes trouble.
#include "adaptors/kit/adaptor_list.hpp"
#include "apps/prosa/prosa_main.hpp"
#include "test/process/ledger_source.hpp"
#include "test/process/troubled_processor.hpp"

namespace {

using namespace prosa;
using namespace prosa::test;

absl::StatusOr<ProcessorFactory> configure_source(ProcessorSetup&, const LedgerSourceOptions& options) {
    return ProcessorFactory([options](const ShardInfo&) -> std::unique_ptr<Processor> {
        auto ledger = OutcomeLedger::open(options.ledger, options.requests);
        if (!ledger.ok()) throw ProcessorError::of(ledger.status());
        return std::make_unique<LedgerSource>(options, *std::move(ledger));
    });
}

absl::StatusOr<ProcessorFactory> configure_troubled(ProcessorSetup&, const TroubledOptions& options) {
    return ProcessorFactory(
        [options](const ShardInfo&) { return std::make_unique<TroubledProcessor>(options); });
}

ProcessorKind ledger_source_kind() {
    AdaptorList<LedgerSourceOptions> adaptors;
    adaptors.add("numbers", "sends numbers", &configure_source);
    return adaptors.kind("ledger_source", "keeps a ledger of outcomes", true, [](ProcessorSetup& setup) {
        LedgerSourceOptions options;
        setup.settings.read("service_name", options.service_name).required();
        setup.settings.read("ledger", options.ledger).required();
        setup.settings.read("requests", options.requests).range(1, 100'000'000);
        setup.settings.read("rate", options.rate).range(1, 1'000'000);
        return options;
    });
}

ProcessorKind troubled_kind() {
    AdaptorList<TroubledOptions> adaptors;
    adaptors.add("echo", "answers with the request", &configure_troubled);
    return adaptors.kind("troubled", "makes trouble as configured", false, [](ProcessorSetup& setup) {
        TroubledOptions options;
        setup.settings.read("service_names", options.service_names).required().not_empty();
        setup.settings.read("throw_every", options.throw_every);
        setup.settings.read("keep_every", options.keep_every);
        setup.settings.read("hang_every", options.hang_every);
        setup.settings.read_duration("hang_takes", options.hang_ns);
        setup.settings.read_duration("start_takes", options.start_ns);
        setup.settings.read("hangs_at_shutdown", options.hangs_at_shutdown);
        return options;
    });
}

}  // namespace

int main(int argc, char** argv) {
    ProcessorRegistry own_kinds;
    if (!own_kinds.add(ledger_source_kind()).ok() || !own_kinds.add(troubled_kind()).ok()) return 1;
    return prosa_main(argc, argv, &own_kinds);
}
