// test/support/watchdog.hpp: ends a stress test that hangs, with its name, instead of waiting for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "core/base/sanitizer.hpp"

namespace prosa {

// Programs under a sanitizer get as much more time from Meson, too: test/meson.build.
inline constexpr int watchdog_patience = is_sanitized ? 8 : 1;

// Aborts the process when it is not destroyed within `usual_limit`.
class Watchdog {
  public:
    Watchdog(const char* name, std::chrono::seconds usual_limit)
        : thread_([this, name, limit = usual_limit * watchdog_patience] {
              std::unique_lock lock(mutex_);
              if (done_signal_.wait_for(lock, limit, [this] { return done_; })) return;
              std::fprintf(stderr, "%s: no end after %lld s\n", name, static_cast<long long>(limit.count()));
              std::abort();
          }) {}

    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    ~Watchdog() {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
        }
        done_signal_.notify_one();
        thread_.join();
    }

  private:
    std::mutex mutex_;
    std::condition_variable done_signal_;
    bool done_ = false;
    std::thread thread_;  // last: it uses the members above
};

}  // namespace prosa
