// test/support/model_waker.hpp: a waker for model checks: keeps one wake-up that comes before the wait, as ours do.
//
// A wait that nobody ends is reported as a deadlock.
#pragma once

#include "test/support/relacy_atomic.hpp"

namespace prosa {

class ModelWaker {
  public:
    ModelWaker() { event_.init(false, false, RL_INFO); }
    ~ModelWaker() { event_.deinit(RL_INFO); }
    ModelWaker(const ModelWaker&) = delete;
    ModelWaker& operator=(const ModelWaker&) = delete;

    void wake(rl::debug_info place = PROSA_MODEL_CALLER) { event_.set(place); }
    void wait(rl::debug_info place = PROSA_MODEL_CALLER) { event_.wait(false, false, place); }

  private:
    rl::generic_event event_;
};

}  // namespace prosa
