// adaptors/router/router_processor.hpp: passes each request on to the service its adaptor chooses, and its
// outcome back.
//
// The body is copied once each way and not decoded here. The request is kept before it is passed on; its
// deadline and correlation (its id, when it began the transaction) go with it. How it ended goes back: the
// response, or the same error (a nested timeout is a timeout). A request that cannot be kept is answered
// `overloaded`, one without a body `protocol`, one that the target refuses with the refusal.
//
// Start     its services are announced when every target has a provider, or after announce_after.
// Threads   its shard's reactor.
// Progress  O(1) per request and outcome; no allocation but when more are under way than ever before.
// Proof     test/adaptors/router/router_test.cpp
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adaptors/kit/adaptor_slot.hpp"
#include "adaptors/kit/index_slab.hpp"
#include "adaptors/router/router_adaptor.hpp"
#include "core/base/log.hpp"

namespace prosa {

struct RouterOptions {
    std::vector<std::string> service_names;
    Nanos announce_after_ns = ns_per_s;  // 0: at once
};

template <RouterAdaptor A>
class RouterProcessor final : public Processor {
  public:
    RouterProcessor(RouterOptions options, typename A::Options adaptor_options)
        : options_(std::move(options)), adaptor_(std::move(adaptor_options)) {}

    absl::Status on_start() override {
        if (absl::Status created = adaptor_.create(bus()); !created.ok()) return created;
        if (options_.announce_after_ns == 0 || has_all_targets()) {
            announce();
        } else {
            bus().set_timer(bus().clock_now_ns() + options_.announce_after_ns, announce_timer);
        }
        return absl::OkStatus();
    }

    void on_service_table() override {
        if (!is_announced_ && has_all_targets()) announce();
    }

    void on_timer(std::uint64_t) override {
        if (is_announced_) return;
        log().warn("{}: announces its services although a target has no provider yet",
                   bus().info().processor_name);
        announce();
    }

    void on_request(Request& request) override {
        if (request.body().empty()) return void(request.fail(ServiceError::protocol));
        const Route route = adaptor_->choose({request.service(), request.body()});
        if (route.refusal != ServiceError::none) return void(request.fail(route.refusal));
        const Nanos remaining_ns = request.deadline_ns() - bus().now_ns();
        if (remaining_ns <= 0) return void(request.fail(ServiceError::timeout));
        KeptRequest kept = request.keep();
        if (!kept) return void(request.fail(ServiceError::overloaded));
        pass_on(std::move(kept), route, remaining_ns);
    }

    void on_response(const Outcome& outcome) override { pass_back(outcome); }
    void on_error(const Outcome& outcome) override { pass_back(outcome); }

    void terminate() noexcept override {
        adaptor_.terminate();
        under_way_.clear();
    }

  private:
    static constexpr std::uint64_t announce_timer = 1;

    bool has_all_targets() {
        if constexpr (TargetListingRouterAdaptor<A>) {
            const std::span<const ServiceHandle> targets = adaptor_->targets();
            return std::all_of(targets.begin(), targets.end(),
                               [&](ServiceHandle target) { return bus().has_provider(target); });
        }
        return true;
    }

    void announce() {
        is_announced_ = true;
        bus().add_services(options_.service_names);
    }

    void pass_on(KeptRequest kept, const Route& route, Nanos remaining_ns) {
        const std::span<const std::byte> body = kept.body();
        const auto bytes = static_cast<std::uint32_t>(body.size());
        const RequestId correlation = kept.correlation() != 0 ? kept.correlation() : kept.id();
        const std::uint32_t place = under_way_.put(std::move(kept));
        const ServiceError refusal = send(route,
                                          {.timeout_ns = remaining_ns,
                                           .token = place,
                                           .affinity = route.affinity,
                                           .correlation = correlation,
                                           .body_bytes_hint = bytes,
                                           .waiter = nullptr},
                                          body);
        if (refusal != ServiceError::none) under_way_.take(place)->fail(refusal);
    }

    ServiceError send(const Route& route, const SendOptions& options, std::span<const std::byte> body) {
        Claim claim = bus().claim(route.target, options);
        if (!claim) return claim.refusal();
        if (!claim.body().reserve(options.body_bytes_hint)) return ServiceError::overloaded;
        std::memcpy(claim.body().data, body.data(), body.size());
        claim.body().size_bytes = options.body_bytes_hint;
        claim.commit();
        return ServiceError::none;
    }

    void pass_back(const Outcome& outcome) {
        std::optional<KeptRequest> kept = under_way_.take(outcome.token);
        if (!kept.has_value()) return;
        const auto bytes = static_cast<std::uint32_t>(outcome.body.size());
        Answer answer = kept->answer(bytes);
        if (answer.body().reserve(bytes)) {
            if (bytes != 0) std::memcpy(answer.body().data, outcome.body.data(), bytes);
            answer.body().size_bytes = bytes;
        }
        answer.commit_error(outcome.error);  // `none` makes it a response
    }

    const RouterOptions options_;
    AdaptorSlot<A> adaptor_;
    IndexSlab<KeptRequest> under_way_{4096};
    bool is_announced_ = false;
};

}  // namespace prosa
