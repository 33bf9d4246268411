// adaptors/stub/stub_adaptor.hpp: what answers in a stub's place, now or later.
//
// Beside what every adaptor has (adaptors/kit/adaptor.hpp), a stub adaptor has
//
//     MaybeAsync process_request(const StubRequest& request, BodyBuffer& answer);
//
// and, when it ever returns after() or run_later():
//
//     ServiceError process_delayed(const StubRequest& request, BodyBuffer& answer, std::uint64_t note);
//     Task<void> process_later(KeptRequest request);   // may co_await bus.call(...); drops what it leaves unanswered
//
// The smallest one:
//
//     struct Hello {
//         using Options = NoOptions;
//         static absl::StatusOr<Options> configure(ProcessorSetup&) { return Options{}; }
//         static absl::StatusOr<std::unique_ptr<Hello>> create(const Options&, AdaptorContext&) {
//             return std::make_unique<Hello>();
//         }
//         MaybeAsync process_request(const StubRequest&, BodyBuffer& answer) {
//             FlatTvfWriter writer(answer);
//             writer.put_string(1, "hello");
//             return MaybeAsync::ready(writer.finish());
//         }
//         void terminate() noexcept {}
//     };
//
// Threads   the reactor of its shard. An exception ends the incarnation.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

#include "adaptors/kit/adaptor.hpp"
#include "core/base/body_buffer.hpp"
#include "core/base/clock.hpp"
#include "core/base/service_error.hpp"
#include "core/bus/request.hpp"
#include "core/reactor/task.hpp"
#include "tvf/tvf.hpp"

namespace prosa {

struct StubRequest {
    std::string_view service;
    std::span<const std::byte> body;  // never empty; readable until the adaptor returns
    Nanos deadline_ns = 0;            // monotonic
};

// What becomes of a request.
class MaybeAsync {
  public:
    enum class Kind : std::uint8_t { ready, error, after, run_later, silent };

    // The answer is in the buffer.
    static MaybeAsync ready() noexcept { return MaybeAsync(Kind::ready); }
    // The same, or `protocol` when the answer could not be written.
    static MaybeAsync ready(TvfError written) noexcept {
        return written == TvfError::none ? ready() : error(ServiceError::protocol);
    }
    static MaybeAsync error(ServiceError code) noexcept {
        MaybeAsync answer(Kind::error);
        answer.code_ = code;
        return answer;
    }
    // Keeps the request and asks process_delayed with this note when the time has passed. What was written to the
    // buffer is gone. When the request cannot be kept it is answered `overloaded`.
    static MaybeAsync after(Nanos delay_ns, std::uint64_t note = 0) noexcept {
        MaybeAsync answer(Kind::after);
        answer.delay_ns_ = delay_ns;
        answer.note_ = note;
        return answer;
    }
    // Keeps the request and hands it to the coroutine process_later.
    static MaybeAsync run_later() noexcept { return MaybeAsync(Kind::run_later); }
    // Keeps the request until its deadline has passed: the requester sees a timeout.
    static MaybeAsync silent() noexcept { return MaybeAsync(Kind::silent); }

    Kind kind() const noexcept { return kind_; }
    ServiceError code() const noexcept { return code_; }
    Nanos delay_ns() const noexcept { return delay_ns_; }
    std::uint64_t note() const noexcept { return note_; }

  private:
    explicit MaybeAsync(Kind kind) noexcept : kind_(kind) {}

    Kind kind_;
    ServiceError code_ = ServiceError::none;
    Nanos delay_ns_ = 0;
    std::uint64_t note_ = 0;
};

template <typename A>
concept StubAdaptor = Adaptor<A> && requires(A& adaptor, const StubRequest& request, BodyBuffer& answer) {
    { adaptor.process_request(request, answer) } -> std::same_as<MaybeAsync>;
};

template <typename A>
concept DelayingStubAdaptor = requires(A& adaptor, const StubRequest& request, BodyBuffer& answer) {
    { adaptor.process_delayed(request, answer, std::uint64_t{}) } -> std::same_as<ServiceError>;
};

template <typename A>
concept CoroutineStubAdaptor = requires(A& adaptor, KeptRequest request) {
    { adaptor.process_later(std::move(request)) } -> std::same_as<Task<void>>;
};

}  // namespace prosa
