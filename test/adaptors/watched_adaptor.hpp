// test/adaptors/watched_adaptor.hpp: an adaptor around another one that counts its life and fails on demand.
#pragma once

#include <atomic>
#include <memory>
#include <stdexcept>
#include <utility>

#include "adaptors/register.hpp"

namespace prosa::test {

enum class Fault : std::uint8_t {
    none,
    create_error,  // create returns an error that no restart can mend
    create_throws,
    create_unavailable_once,  // create returns an error that a restart mends
    handler_throws_once,
    handler_throws_once_then_create_error,
    handler_throws_once_then_create_unavailable,
    handler_throws,
    handler_error_once,        // a stub's or a router's answer, an injector's recoverable status
    handler_fatal_error_once,  // an injector's status
    handler_fatal,
    later_error_once,  // of process_delayed
    later_throws_once,
    never_answers,  // a stub
};

// What a faulty handler makes of a request.
inline constexpr ServiceError fault_error = ServiceError::overloaded;

// Of all adaptors under test; one test runs at a time.
struct AdaptorLife {
    std::atomic<Fault> fault{Fault::none};
    std::atomic<int> create_calls{0};
    std::atomic<int> created{0};
    std::atomic<int> terminated{0};
    std::atomic<int> terminated_twice{0};
    std::atomic<int> destroyed_unterminated{0};
    std::atomic<int> destroyed{0};
    std::atomic<int> handled{0};

    void reset(Fault next) {
        fault = next;
        for (auto* count : {&create_calls, &created, &terminated, &terminated_twice, &destroyed_unterminated,
                            &destroyed, &handled})
            *count = 0;
    }
    // True when that fault was asked for; what is asked for now is `next`.
    bool take(Fault asked, Fault next = Fault::none) { return fault.compare_exchange_strong(asked, next); }

    void in_handler() {
        ++handled;
        if (take(Fault::handler_throws_once) ||
            take(Fault::handler_throws_once_then_create_error, Fault::create_error) ||
            take(Fault::handler_throws_once_then_create_unavailable, Fault::create_unavailable_once) ||
            fault == Fault::handler_throws)
            throw std::runtime_error("thrown by a handler");
        if (fault == Fault::handler_fatal) throw ProcessorError::fatal("fatal in a handler");
    }
};
inline AdaptorLife life;

template <typename A>
class Watched {
  public:
    using Options = typename A::Options;
    static absl::StatusOr<Options> configure(ProcessorSetup& setup) { return A::configure(setup); }
    static absl::StatusOr<std::unique_ptr<Watched>> create(const Options& options, AdaptorContext& context) {
        ++life.create_calls;
        if (life.fault == Fault::create_error) return invalid_argument("cannot be constructed");
        if (life.take(Fault::create_unavailable_once)) return absl::UnavailableError("not yet constructed");
        if (life.fault == Fault::create_throws) throw ProcessorError::fatal("cannot be constructed");
        auto inner = A::create(options, context);
        if (!inner.ok()) return inner.status();
        return std::make_unique<Watched>(*std::move(inner));
    }

    explicit Watched(std::unique_ptr<A> inner) : inner_(std::move(inner)) { ++life.created; }
    ~Watched() {
        ++life.destroyed;
        if (!is_terminated_) ++life.destroyed_unterminated;
    }
    void terminate() noexcept {
        if (std::exchange(is_terminated_, true)) ++life.terminated_twice;
        ++life.terminated;
        inner_->terminate();
    }

    // Stub.
    MaybeAsync process_request(const StubRequest& request, BodyBuffer& answer) requires StubAdaptor<A> {
        life.in_handler();
        if (life.take(Fault::handler_error_once)) return MaybeAsync::error(fault_error);
        if (life.fault == Fault::never_answers) return MaybeAsync::silent();
        return inner_->process_request(request, answer);
    }
    ServiceError process_delayed(const StubRequest& request, BodyBuffer& answer,
                                 std::uint64_t note) requires DelayingStubAdaptor<A> {
        if (life.take(Fault::later_error_once)) return fault_error;
        if (life.take(Fault::later_throws_once)) throw std::runtime_error("thrown by a later handler");
        return inner_->process_delayed(request, answer, note);
    }
    Task<void> process_later(KeptRequest request) requires CoroutineStubAdaptor<A> {
        return inner_->process_later(std::move(request));
    }

    // Router.
    Route choose(const RouterRequest& request) requires RouterAdaptor<A> {
        life.in_handler();
        if (life.take(Fault::handler_error_once)) return Route::refuse(fault_error);
        return inner_->choose(request);
    }
    std::span<const ServiceHandle> targets() const requires TargetListingRouterAdaptor<A> {
        return inner_->targets();
    }

    // Injector.
    BuildResult build_transaction(BodyBuffer& body) requires InjectorAdaptor<A> {
        return inner_->build_transaction(body);
    }
    absl::Status process_response(const Outcome& outcome) requires InjectorAdaptor<A> {
        life.in_handler();
        if (life.take(Fault::handler_error_once)) return absl::UnavailableError("returned by a handler");
        if (life.take(Fault::handler_fatal_error_once)) return invalid_argument("returned by a handler");
        return inner_->process_response(outcome);
    }

  private:
    const std::unique_ptr<A> inner_;
    bool is_terminated_ = false;
};

// The kind `subject`, with this adaptor alone.
template <typename A>
ProcessorKind subject_kind() {
    if constexpr (StubAdaptor<A>) {
        StubAdaptors adaptors;
        adaptors.add<Watched<A>>("watched", "under test");
        return adaptors.kind("subject");
    } else if constexpr (RouterAdaptor<A>) {
        RouterAdaptors adaptors;
        adaptors.add<Watched<A>>("watched", "under test");
        return adaptors.kind("subject");
    } else {
        InjectorAdaptors adaptors;
        adaptors.add<Watched<A>>("watched", "under test");
        return adaptors.kind("subject");
    }
}

}  // namespace prosa::test
