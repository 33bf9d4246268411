// adaptors/stub/stub_processor.hpp: a processor that only answers; what, its adaptor decides.
//
// A request without a body is answered `protocol`, one that cannot be kept `overloaded`; neither reaches the adaptor's
// later half. Kept requests are answered in the order of their times.
//
// Threads   its shard's reactor.
// Progress  an answer at once is written into the reply's slot: no copy, no allocation. One that comes later costs a
//           kept block and a timer; no allocation but when more are kept than ever before.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adaptors/kit/adaptor_slot.hpp"
#include "adaptors/kit/index_slab.hpp"
#include "adaptors/stub/stub_adaptor.hpp"
#include "core/base/assert.hpp"

namespace prosa {

struct StubOptions {
    std::vector<std::string> service_names;
};

template <StubAdaptor A>
class StubProcessor final : public Processor {
  public:
    StubProcessor(StubOptions options, typename A::Options adaptor_options)
        : options_(std::move(options)), adaptor_(std::move(adaptor_options)) {}

    absl::Status on_start() override {
        if (absl::Status created = adaptor_.create(bus()); !created.ok()) return created;
        for (const std::string& name : options_.service_names) handles_.push_back(bus().resolve(name));
        bus().add_services(options_.service_names);
        return absl::OkStatus();
    }

    void on_request(Request& request) override {
        if (request.body().empty()) return void(request.fail(ServiceError::protocol));
        const MaybeAsync decision = answer_now(request);
        switch (decision.kind()) {
            case MaybeAsync::Kind::ready:
            case MaybeAsync::Kind::error:
                return;
            case MaybeAsync::Kind::after:
                return keep_until(request, bus().now_ns() + decision.delay_ns(), decision.note(), false);
            case MaybeAsync::Kind::silent:
                return keep_until(request, deadline_after(request.deadline_ns(), silence_ns), 0, true);
            case MaybeAsync::Kind::run_later:
                return run_later(request);
        }
    }

    void on_timer(std::uint64_t token) override {
        std::optional<Later> later = kept_.take(token);
        if (!later.has_value() || later->is_silent) return;
        answer_kept(later->request, later->note);
    }

    void terminate() noexcept override {
        adaptor_.terminate();
        kept_.clear();
    }

  private:
    // How long after the deadline a request that shall not be answered is let go.
    static constexpr Nanos silence_ns = 10 * ns_per_ms;

    struct Later {
        KeptRequest request;
        std::uint64_t note = 0;
        bool is_silent = false;
    };

    // Commits the answer, unless it is to come later.
    MaybeAsync answer_now(Request& request) {
        Answer answer = request.answer();
        const StubRequest view{service_name(request.service()), request.body(), request.deadline_ns()};
        const MaybeAsync decision = adaptor_->process_request(view, answer.body());
        if (decision.kind() == MaybeAsync::Kind::ready) {
            answer.commit();
        } else if (decision.kind() == MaybeAsync::Kind::error) {
            answer.body().size_bytes = 0;
            answer.commit_error(decision.code());
        }
        return decision;  // otherwise the answer is aborted
    }

    void keep_until(Request& request, Nanos time_ns, std::uint64_t note, bool is_silent) {
        KeptRequest kept = request.keep();
        if (!kept) return void(request.fail(ServiceError::overloaded));
        const std::uint32_t place = kept_.put({std::move(kept), note, is_silent});
        bus().set_timer(time_ns, place);
    }

    void answer_kept(KeptRequest& request, std::uint64_t note) {
        if constexpr (DelayingStubAdaptor<A>) {
            Answer answer = request.answer();
            const StubRequest view{service_name(request.service()), request.body(), request.deadline_ns()};
            const ServiceError error = adaptor_->process_delayed(view, answer.body(), note);
            if (error == ServiceError::none) return answer.commit();
            answer.body().size_bytes = 0;
            answer.commit_error(error);
        } else {
            (void)note;
            PROSA_ASSERT(false, "an adaptor that returns after() has process_delayed");
        }
    }

    void run_later(Request& request) {
        if constexpr (CoroutineStubAdaptor<A>) {
            KeptRequest kept = request.keep();
            if (!kept) return void(request.fail(ServiceError::overloaded));
            // A refused task is destroyed with the request in it, which answers `dropped`.
            (void)bus().spawn(adaptor_->process_later(std::move(kept)));
        } else {
            PROSA_ASSERT(false, "an adaptor that returns run_later() has process_later");
        }
    }

    std::string_view service_name(ServiceHandle service) const noexcept {
        for (std::size_t i = 0; i < handles_.size(); ++i)
            if (handles_[i] == service) return options_.service_names[i];
        return {};
    }

    const StubOptions options_;
    AdaptorSlot<A> adaptor_;
    std::vector<ServiceHandle> handles_;  // in the order of the names
    IndexSlab<Later> kept_;
};

}  // namespace prosa
