// Reads and checks what replay_adaptor.hpp describes.
#include <string>

#include "adaptors/injector/replay_adaptor.hpp"

namespace prosa {

absl::StatusOr<ReplayAdaptor::Options> ReplayAdaptor::configure(ProcessorSetup& setup) {
    Options options;
    std::string file;
    setup.settings.read("file", file).required().not_empty();
    BrokenLine broken_line = BrokenLine::stop;
    setup.settings.read_choice("on_broken_line", broken_line,
                               {{"stop", BrokenLine::stop}, {"skip", BrokenLine::skip}});
    setup.settings.read("refresh_stan", options.refreshes_stan);
    setup.settings.read("refresh_time", options.refreshes_time);
    if (!file.empty())
        options.file = TransactionFile::read(setup.base_folder / file, broken_line, setup.body_bytes_max,
                                             setup.settings.errors());
    return options;
}

}  // namespace prosa
