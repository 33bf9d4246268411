// adaptors/injector/injector_adaptor.hpp: what an injector sends, and what it makes of the answers.
//
// Beside what every adaptor has (adaptors/kit/adaptor.hpp), an injector adaptor has
//
//     // Writes the next one; skipped: it cannot be sent, and counts as unsent.
//     BuildResult build_transaction(BodyBuffer& body);
//     // Each response; an error ends the run.
//     absl::Status process_response(const Outcome& outcome);
//
// and may have
//
//     // Of the next one, if known: large ones then start in a block.
//     std::uint32_t next_body_bytes() const;
//     // To the one that was just built, for the log of transactions: a trace number, no card number. Asked for before
//     // that one is committed, when there is such a log.
//     std::string_view reference() const;
//     // Intended times, for `rate: file`.
//     static Timeline timeline(const Options&);
//     // Lines of the input that were left out when it was read.
//     static std::uint64_t broken_line_count(const Options&);
//
// Threads   the reactor of its shard. An exception ends the incarnation.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "adaptors/injector/load_options.hpp"
#include "adaptors/kit/adaptor.hpp"
#include "core/base/body_buffer.hpp"
#include "core/bus/outcome.hpp"

namespace prosa {

enum class BuildResult : std::uint8_t { built, skipped };

template <typename A>
concept InjectorAdaptor = Adaptor<A> && requires(A& adaptor, BodyBuffer& body, const Outcome& outcome) {
    { adaptor.build_transaction(body) } -> std::same_as<BuildResult>;
    { adaptor.process_response(outcome) } -> std::same_as<absl::Status>;
};

template <typename A>
concept SizedInjectorAdaptor = requires(const A& adaptor) {
    { adaptor.next_body_bytes() } -> std::same_as<std::uint32_t>;
};

template <typename A>
concept ReferencingInjectorAdaptor = requires(const A& adaptor) {
    { adaptor.reference() } -> std::same_as<std::string_view>;
};

template <typename A>
concept TimedInjectorAdaptor = requires(const typename A::Options& options) {
    { A::timeline(options) } -> std::same_as<Timeline>;
};

template <typename A>
concept LineSkippingInjectorAdaptor = requires(const typename A::Options& options) {
    { A::broken_line_count(options) } -> std::same_as<std::uint64_t>;
};

}  // namespace prosa
