// The shipped SignalTarget under relacy: an instance that starts and ends beside handlers of signals.
//
// Forbids   a handler that finds the instance before it is built; one that finds it after it was cleared; a clear that
//           takes another instance's place.
// Caught    the release store of set and the acquire load of get ([target]), each made relaxed alone, as a data race.
#include "test/support/model_run.hpp"

#include "core/bus/signal_target.hpp"

namespace prosa {
namespace {

struct Instance {
    ModelVar<unsigned> built;
};

// Thread 0 starts an instance, ends one that signals were never for, or both; the others are interrupted by signals.
struct Signalled : rl::test_suite<Signalled, 3> {
    void thread(unsigned index) { index == 0 ? start() : handle(); }

    void start() {
        instance.built.set(1);
        target.set(&instance);
        target.clear(&other);
    }

    void handle() {
        if (Instance* const found = target.get()) model_require(found->built.get() == 1, "who is found is built");
    }

    void after() {
        model_require(target.get() == &instance, "an instance clears itself only");
        target.clear(&instance);
        model_require(target.get() == nullptr, "who has cleared itself is not found");
    }

    Instance instance;
    Instance other;
    SignalTarget<Instance, ModelAtomic> target;
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("signal_target");
    run.full<prosa::Signalled>("signalled, full search");
    return run.exit_code();
}
