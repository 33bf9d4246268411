// The shipped NodeStatus under relacy: a node that begins its shutdown with work under way, and Main that looks.
//
// Forbids   a node that counts as at rest by numbers from before its shutdown.
// Caught    the release store of begin_shutdown and the acquire load of is_at_rest ([shutdown]), each made relaxed
//           alone: Main meets the old numbers beside the new flag.
#include "test/support/model_run.hpp"

#include "core/bus/node_status.hpp"

namespace prosa {
namespace {

// Thread 0 is the node: idle at first, then with work that its last source began; thread 1 is Main.
struct Beginning : rl::test_suite<Beginning, 2> {
    void thread(unsigned index) { index == 0 ? shut_down() : look(); }

    void shut_down() {
        status.in_flight.store(1, std::memory_order_relaxed);
        status.kept_blocks.store(1, std::memory_order_relaxed);
        status.outbox.store(1, std::memory_order_relaxed);
        status.begin_shutdown();
        status.in_flight.store(0, std::memory_order_relaxed);
        status.outbox.store(0, std::memory_order_relaxed);
    }

    void look() {
        for (unsigned i = 0; i < 3; ++i)
            model_require(!status.is_at_rest(), "a node that keeps a request is not at rest");
    }

    void after() {
        status.kept_blocks.store(0, std::memory_order_relaxed);
        model_require(status.is_at_rest(), "a node without work is at rest");
    }

    NodeStatus<ModelAtomic> status;
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("node_status");
    run.full<prosa::Beginning>("beginning, full search");
    return run.exit_code();
}
