// adaptors/kit/adaptor_slot.hpp: a processor's adaptor, from on_start to terminate.
//
//     absl::Status on_start() override { return adaptor_.create(bus()); }
//     void terminate() noexcept override { adaptor_.terminate(); }
//     AdaptorSlot<A> adaptor_;
//
// Threads   its shard's reactor.
// Life      terminate leaves the adaptor in place until the processor is destroyed, for coroutines that still use it.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "adaptors/kit/adaptor.hpp"

namespace prosa {

template <Adaptor A>
class AdaptorSlot {
  public:
    explicit AdaptorSlot(typename A::Options options) : options_(std::move(options)) {}

    // Once. Error: the adaptor's own; then the slot stays empty.
    absl::Status create(Bus& bus) {
        context_.emplace(AdaptorContext{bus});
        auto made = A::create(options_, *context_);
        if (made.ok()) adaptor_ = *std::move(made);
        return made.status();
    }

    // Nothing when there is no adaptor.
    void terminate() noexcept {
        if (adaptor_ != nullptr) adaptor_->terminate();
    }

    A* operator->() const noexcept { return adaptor_.get(); }

  private:
    const typename A::Options options_;
    std::optional<AdaptorContext> context_;
    std::unique_ptr<A> adaptor_;
};

}  // namespace prosa
