#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "core/base/status.hpp"
#include "core/reactor/reactor.hpp"

namespace prosa {
namespace {

class IdleHost final : public ReactorHost {
  public:
    void set_now(Nanos) override {}
    bool poll(Nanos) override { return false; }
    Nanos next_deadline_ns() const override { return no_deadline_ns; }
    bool announce_sleep() override { return true; }
    void awaken() override {}
};

class ByteCounter final : public IoHandler {
  public:
    explicit ByteCounter(int descriptor) : descriptor_(descriptor) {}
    void on_io(std::uint32_t) override {
        std::array<char, 16> bytes;
        const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
        if (count > 0) total += static_cast<std::size_t>(count);
    }
    std::atomic<std::size_t> total{0};

  private:
    int descriptor_;
};

struct Pipe {
    Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    void write_one() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
    std::array<int, 2> ends{};
};

std::shared_ptr<Waker> io_waker() {
    auto waker = std::make_shared<Waker>();
    REQUIRE(waker->enable_io().ok());
    return waker;
}

}  // namespace

TEST_CASE("a stepped reactor looks at its descriptors once per interval") {
    IdleHost host;
    BusyThreads busy(2);
    Reactor reactor(ReactorId{0}, host, {}, busy, io_waker());
    const Pipe pipe;
    ByteCounter counter(pipe.ends[0]);
    REQUIRE(reactor.watch(pipe.ends[0], EPOLLIN, counter).ok());
    Nanos now_ns = ns_per_s;
    CHECK_FALSE(reactor.run_once(now_ns));
    pipe.write_one();
    CHECK_FALSE(reactor.run_once(now_ns + Reactor::io_interval_ns - 1));
    CHECK(reactor.run_once(now_ns + Reactor::io_interval_ns));
    CHECK(counter.total == 1);
    reactor.unwatch(pipe.ends[0]);
    pipe.write_one();
    CHECK_FALSE(reactor.run_once(now_ns + 3 * Reactor::io_interval_ns));
}

TEST_CASE("a ready descriptor ends the sleep of a parked reactor") {
    IdleHost host;
    BusyThreads busy(2);
    Reactor reactor(ReactorId{0}, host, {IdleMode::park}, busy, io_waker());
    const Pipe pipe;
    ByteCounter counter(pipe.ends[0]);
    REQUIRE(reactor.watch(pipe.ends[0], EPOLLIN, counter).ok());
    std::thread thread([&] { reactor.run(); });
    while (reactor.counters()[ReactorCounter::parks].value() == 0) std::this_thread::yield();
    pipe.write_one();
    while (counter.total == 0) std::this_thread::yield();
    reactor.stop();
    thread.join();
    CHECK(counter.total == 1);
}

TEST_CASE("a reactor without I/O refuses to watch, and a bad descriptor is named") {
    IdleHost host;
    BusyThreads busy(2);
    ByteCounter counter(0);
    Reactor plain(ReactorId{3}, host, {}, busy, std::make_shared<Waker>());
    CHECK(message_of(plain.watch(0, EPOLLIN, counter)) == "reactor 3 hosts no I/O");
    Reactor with_io(ReactorId{4}, host, {}, busy, io_waker());
    CHECK(message_of(with_io.watch(-1, EPOLLIN, counter)).find("descriptor -1") != std::string::npos);
}

}  // namespace prosa
