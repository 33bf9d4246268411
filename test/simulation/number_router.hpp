// test/simulation/number_router.hpp: the adaptor of the simulated router, which is the product's router
// processor.
#pragma once

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "adaptors/router/router_adaptor.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

class NumberRouter {
  public:
    struct Options {
        World* world;
        std::vector<std::string> services;
    };

    static absl::StatusOr<Options> configure(ProcessorSetup&) {
        return absl::UnimplementedError("made by code only");
    }
    static absl::StatusOr<std::unique_ptr<NumberRouter>> create(const Options& options,
                                                                AdaptorContext& context) {
        auto made = std::make_unique<NumberRouter>();
        made->world_ = options.world;
        made->incarnation_ = value_of(context.bus.info().incarnation);
        for (const std::string& name : options.services) made->targets_.push_back(context.bus.resolve(name));
        return made;
    }

    std::span<const ServiceHandle> targets() const { return targets_; }

    Route choose(const RouterRequest& request) {
        std::uint64_t number = 0;
        std::memcpy(&number, request.body.data(), sizeof number);
        if (world_->happens(world_->temper.error, Branch::router_refused)) {
            world_->ledger.answer(number, ServiceError::protocol, 0, world_->now_ns, false);
            return Route::refuse(ServiceError::protocol);
        }
        has_failed_ = world_->happens(world_->temper.throws);
        if (has_failed_) throw std::runtime_error("at random");
        world_->ledger.pass_on(number, incarnation_);
        return Route::to(targets_[number % targets_.size()], number % 16);
    }

    void terminate() noexcept {
        if (!has_failed_ && !world_->may_end(incarnation_, 0))
            world_->ledger.fault("a router was ended that had not failed");
        world_->ledger.lose_router(incarnation_);
    }

  private:
    World* world_ = nullptr;
    std::uint64_t incarnation_ = 0;
    bool has_failed_ = false;
    std::vector<ServiceHandle> targets_;
};

}  // namespace prosa::simulation
