// The shipped ControlInbox under relacy: posters and an owner that runs tasks in portions and sleeps, over a queue
// that promises only what the queue concept does.
//
// Forbids   a task lost, run twice or out of its poster's order; a task that sees less than its poster wrote; an
//           owner that sleeps beside a task (a deadlock); a portion that is exceeded.
// Caught    each of these alone, as a deadlock: the release of post and the acquire of run_pending ([post]) made
//           relaxed; the exchange of post, or the one that keeps the signal after a full portion, made a plain
//           store, which hides another poster's signal; an owner that sleeps without its second look.
// Not here  ControlQueue and moodycamel's queue in it: WeakQueue stands for what their documentation promises.
#include "test/support/model_run.hpp"
#include "test/support/model_waker.hpp"

#include <memory>
#include <new>
#include <utility>

#include "core/reactor/control_inbox.hpp"

namespace prosa {
namespace {

// A task is its poster's n-th; running it reads what the poster wrote before it posted.
struct Posted {
    ModelVar<unsigned> prepared[4];
    unsigned run_count = 0;  // the owner's
    unsigned failures_left = 0;
};

struct Task {
    Posted* poster = nullptr;
    unsigned number = 0;

    void operator()() const {
        if (poster->failures_left != 0) {
            --poster->failures_left;
            throw std::bad_alloc();
        }
        model_require(number == ++poster->run_count, "tasks of one poster run once and in order");
        model_require(poster->prepared[number - 1].get() == number,
                      "what was written before the post is there");
    }
};

// Promises no more than the queue concept: a task is surely found by an owner whom something else, such as the
// inbox's signal, orders after its enqueueing; until then it may be overlooked. One lane for each poster.
class WeakQueue {
  public:
    WeakQueue(std::size_t capacity_tasks, std::size_t) : capacity_(capacity_tasks) {
        for (Lane& lane : lanes_) lane.end.store(0, std::memory_order_relaxed);
    }

    bool try_enqueue(Task&& task) {
        Lane& lane = lanes_[rl::thread_index()];
        const unsigned end = lane.end.load(std::memory_order_relaxed);
        if (end == capacity_) return false;
        lane.tasks[end].set(task.number);
        lane.poster = task.poster;
        lane.end.store(end + 1, std::memory_order_release);
        return true;
    }

    bool try_dequeue(Task& task) {
        for (Lane& lane : lanes_) {
            if (lane.end.load(std::memory_order_acquire) == lane.begin) continue;
            task = {lane.poster, lane.tasks[lane.begin].get()};
            ++lane.begin;
            return true;
        }
        return false;
    }

  private:
    struct Lane {
        OwnedAtomic<unsigned> end;
        ModelVar<unsigned> tasks[4];
        Posted* poster = nullptr;  // the same with each enqueueing
        unsigned begin = 0;        // the owner's
    };
    Lane lanes_[3];
    std::size_t capacity_;
};

using Inbox = ControlInbox<Task, WeakQueue, ModelAtomic, ModelWaker>;

// Posters that each post `task_count` tasks; an owner that runs at most `portion` of them a turn and sleeps.
template <unsigned poster_count, unsigned task_count, unsigned portion>
struct Posting : rl::test_suite<Posting<poster_count, task_count, portion>, poster_count + 1> {
    Posting() : waker(std::make_shared<ModelWaker>()), inbox(waker, task_count, poster_count) {}

    void thread(unsigned index) { index < poster_count ? post(posted[index]) : run(); }

    void post(Posted& poster) {
        for (unsigned number = 1; number <= task_count; ++number) {
            poster.prepared[number - 1].set(number);
            Task task{&poster, number};
            model_require(inbox.post(task), "there is room for every task");
        }
    }

    void run() {
        for (unsigned run_count = 0; run_count < poster_count * task_count;) {
            std::size_t count = 0;
            try {
                count = inbox.run_pending(portion);
            } catch (const std::bad_alloc&) {
                run_count = posted_run_count();
                continue;
            }
            model_require(count <= portion, "a flood is run in portions");
            run_count += static_cast<unsigned>(count);
            if (count != 0) continue;
            if (inbox.announce_sleep()) waker->wait();
            inbox.awaken();
        }
    }

    unsigned posted_run_count() const {
        unsigned count = 0;
        for (const Posted& poster : posted) count += poster.run_count;
        return count;
    }

    std::shared_ptr<ModelWaker> waker;
    Inbox inbox;
    Posted posted[poster_count];
};

// The first task of the first poster fails once, and is run again.
struct Failing : Posting<2, 2, 8> {
    Failing() { posted[0].failures_left = 1; }
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("control_inbox");
    run.random<prosa::Posting<1, 3, 2>>("one poster", 200'000);
    run.random<prosa::Posting<2, 2, 1>>("two posters, one task a turn", 200'000);
    run.random<prosa::Posting<2, 2, 8>>("two posters", 200'000);
    run.random<prosa::Failing>("two posters, a task that fails once", 200'000);
    run.full<prosa::Posting<1, 1, 1>>("one task, full search");
    run.bounded<prosa::Posting<2, 1, 1>>("two posters, 3 switches", 3);
    return run.exit_code();
}
