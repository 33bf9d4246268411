#include "core/reactor/task.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/sanitizer.hpp"
#include "core/reactor/task_set.hpp"

namespace prosa {
namespace {

// Suspends its awaiter until open is called; forgets an awaiter that is destroyed.
class Gate {
  public:
    struct Awaiter {
        explicit Awaiter(Gate& awaited) : gate(awaited) {}
        Awaiter(const Awaiter&) = delete;
        Awaiter& operator=(const Awaiter&) = delete;
        ~Awaiter() { std::erase(gate.waiting_, this); }
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) {
            resumes = handle;
            gate.waiting_.push_back(this);
        }
        void await_resume() const noexcept {}
        Gate& gate;
        std::coroutine_handle<> resumes;
    };

    Awaiter wait() { return Awaiter(*this); }
    std::size_t waiting_count() const { return waiting_.size(); }
    void open() {
        while (!waiting_.empty()) {
            Awaiter* const first = waiting_.front();
            waiting_.erase(waiting_.begin());
            first->resumes.resume();
        }
    }

  private:
    std::vector<Awaiter*> waiting_;
};

struct Tracked {
    explicit Tracked(int& alive_count) : alive(alive_count) { ++alive; }
    Tracked(const Tracked&) = delete;
    Tracked& operator=(const Tracked&) = delete;
    ~Tracked() { --alive; }
    int& alive;
};

std::string message_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    }
}

Task<int> number(int value) { co_return value; }

Task<void> add(int& total, int value) { total += co_await number(value); }

Task<void> pass(Gate& gate, int& alive, int& passed) {
    const Tracked tracked(alive);
    co_await gate.wait();
    ++passed;
}

Task<void> nest(Gate& gate, int& alive, int& passed, int depth) {
    const Tracked tracked(alive);
    if (depth == 0)
        co_await pass(gate, alive, passed);
    else
        co_await nest(gate, alive, passed, depth - 1);
}

Task<int> fail(const char* text) {
    if (text != nullptr) throw std::runtime_error(text);
    co_return 0;
}

Task<void> fail_after(Gate& gate, int& alive, const char* text) {
    const Tracked tracked(alive);
    co_await gate.wait();
    co_await fail(text);
}

Task<void> recover(std::string& caught) {
    try {
        co_await fail("inner");
    } catch (const std::runtime_error& error) {
        caught = error.what();
    }
}

Task<std::unique_ptr<int>> make_owned(int value) { co_return std::make_unique<int>(value); }

Task<void> take_owned(int& result) {
    const std::unique_ptr<int> owned = co_await make_owned(7);
    result = *owned;
}

TEST_CASE("a task does nothing until it is started, and may never be") {
    int total = 0;
    {
        const Task<void> never = add(total, 1);
        CHECK(never.is_valid());
    }
    CHECK(total == 0);
    TaskSet set(1);
    CHECK(set.spawn(add(total, 2)));
    CHECK(total == 2);
}

TEST_CASE("results are handed over, move-only ones too") {
    TaskSet set(1);
    int result = 0;
    CHECK(set.spawn(take_owned(result)));
    CHECK(result == 7);
}

TEST_CASE("a suspended chain goes on where it stopped") {
    Gate gate;
    int alive = 0;
    int passed = 0;
    TaskSet set(1);
    CHECK(set.spawn(nest(gate, alive, passed, 5)));
    CHECK(alive == 7);
    CHECK(set.count() == 1);
    gate.open();
    CHECK(passed == 1);
    CHECK(alive == 0);
    CHECK(set.count() == 0);
    set.reap();
}

TEST_CASE("destroying suspended tasks runs their destructors, and nothing resumes them") {
    Gate gate;
    int alive = 0;
    int passed = 0;
    {
        TaskSet set(3);
        for (int depth = 0; depth < 3; ++depth) CHECK(set.spawn(nest(gate, alive, passed, depth)));
        CHECK(alive == 2 + 3 + 4);
        CHECK(gate.waiting_count() == 3);
        set.destroy_all();
        CHECK(alive == 0);
        CHECK(gate.waiting_count() == 0);
        CHECK(set.spawn(pass(gate, alive, passed)));
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
    gate.open();
    CHECK(passed == 0);
}

TEST_CASE("an exception reaches the awaiter") {
    TaskSet set(1);
    std::string caught;
    CHECK(set.spawn(recover(caught)));
    CHECK(caught == "inner");
    CHECK(set.failure_count() == 0);
}

TEST_CASE("an exception that nobody caught reaches the set's owner, the first one first") {
    Gate gate;
    int alive = 0;
    TaskSet set(2);
    CHECK(set.spawn(fail_after(gate, alive, "first")));
    CHECK(set.spawn(fail_after(gate, alive, "second")));
    CHECK(set.take_failure() == nullptr);
    gate.open();
    CHECK(alive == 0);
    CHECK(set.failure_count() == 2);
    CHECK(message_of(set.take_failure()) == "first");
    CHECK(set.take_failure() == nullptr);
    CHECK(set.count() == 0);
}

TEST_CASE("a full set refuses a task, which never starts, until another has ended") {
    Gate gate;
    int alive = 0;
    int passed = 0;
    TaskSet set(2);
    CHECK(set.spawn(pass(gate, alive, passed)));
    CHECK(set.spawn(pass(gate, alive, passed)));
    CHECK_FALSE(set.spawn(pass(gate, alive, passed)));
    CHECK(alive == 2);
    gate.open();
    CHECK(passed == 2);
    CHECK(set.spawn(pass(gate, alive, passed)));
}

Task<void> spawn_others(TaskSet& set, Gate& gate, int& alive, int& passed, int count) {
    for (int i = 0; i < count; ++i) CHECK(set.spawn(pass(gate, alive, passed)));
    co_await gate.wait();
    ++passed;
}

TEST_CASE("a task may spawn others into its own set") {
    Gate gate;
    int alive = 0;
    int passed = 0;
    TaskSet set(4);
    CHECK(set.spawn(spawn_others(set, gate, alive, passed, 3)));
    CHECK(set.count() == 4);
    gate.open();
    CHECK(passed == 4);
    CHECK(set.count() == 0);
}

struct SpawnsWhenDestroyed {
    TaskSet& set;
    int& refused;
    int& total;
    ~SpawnsWhenDestroyed() { refused += set.spawn(add(total, 1)) ? 0 : 1; }
};

Task<void> spawn_at_end(TaskSet& set, Gate& gate, int& refused, int& total) {
    const SpawnsWhenDestroyed guard{set, refused, total};
    co_await gate.wait();
}

TEST_CASE("a set that is being destroyed takes no new tasks") {
    Gate gate;
    int refused = 0;
    int total = 0;
    TaskSet set(4);
    CHECK(set.spawn(spawn_at_end(set, gate, refused, total)));
    set.destroy_all();
    CHECK(refused == 1);
    CHECK(total == 0);
}

Task<void> add_many(long& total, int count) {
    for (int i = 0; i < count; ++i) total += co_await number(i);
}

TEST_CASE("in a steady state frames come from the pool alone") {
    Gate gate;
    int alive = 0;
    int passed = 0;
    TaskSet set(8);
    long total = 0;
    const auto round = [&] {
        for (int i = 0; i < 4; ++i) CHECK(set.spawn(nest(gate, alive, passed, 3)));
        CHECK(set.spawn(add_many(total, 10)));
        gate.open();
        set.reap();
    };
    round();
    const std::uint64_t before = frame_heap_allocations();
    for (int i = 0; i < 1'000; ++i) round();
    CHECK(frame_heap_allocations() == before);
    CHECK(passed == 4 * 1'001);
}

// Without optimisation, or with a sanitizer, g++ makes no tail calls, and each hand-over stays on the stack.
#ifdef __OPTIMIZE__
constexpr int many_awaits = is_sanitized ? 1'000 : 1'000'000;
#else
constexpr int many_awaits = 1'000;
#endif

TEST_CASE("a million awaits that end at once use no stack") {
    TaskSet set(1);
    long total = 0;
    CHECK(set.spawn(add_many(total, many_awaits)));
    CHECK(total == static_cast<long>(many_awaits) * (many_awaits - 1) / 2);
}

Task<void> await_twice(int& total) {
    Task<void> task = add(total, 1);
    co_await std::move(task);
    co_await std::move(task);
}

TEST_CASE("starting a task twice is our bug and ends the process") {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(STDERR_FILENO);
        std::signal(SIGABRT, SIG_DFL);
        TaskSet set(1);
        int total = 0;
        static_cast<void>(set.spawn(await_twice(total)));
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
}

}  // namespace
}  // namespace prosa
