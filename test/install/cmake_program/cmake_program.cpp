// A program outside of the tree that has every subcommand of prosa, and a stub adaptor of its own.
#include "apps/prosa/prosa_main.hpp"
#include "tvf/flat_tvf.hpp"

namespace {

using namespace prosa;

struct Hello {
    using Options = NoOptions;
    static absl::StatusOr<Options> configure(ProcessorSetup&) { return Options{}; }
    static absl::StatusOr<std::unique_ptr<Hello>> create(const Options&, AdaptorContext&) {
        return std::make_unique<Hello>();
    }
    MaybeAsync process_request(const StubRequest&, BodyBuffer& answer) {
        FlatTvfWriter writer(answer);
        writer.put_string(1, "hello");
        return MaybeAsync::ready(writer.finish());
    }
    void terminate() noexcept {}
};

}  // namespace

int main(int argc, char** argv) {
    BuiltinAdaptors adaptors;
    adaptors.stub.add<Hello>("hello", "answers hello to everything");
    return prosa_main(argc, argv, nullptr, &adaptors);
}
