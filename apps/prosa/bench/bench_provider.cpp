#include "apps/prosa/bench/bench_provider.hpp"

#include "apps/prosa/bench/bench_requester.hpp"

namespace prosa::bench {
namespace {

constexpr std::size_t kept_places = 4096;

}  // namespace

BenchProvider::BenchProvider(std::shared_ptr<BenchDesk> desk, ProviderBehaviour behaviour)
    : desk_(std::move(desk)), behaviour_(behaviour), kept_long_(kept_places) {
    kept_.reserve(kept_places);
    free_places_.reserve(kept_places);
    for (std::uint32_t place = 0; place < kept_places; ++place) free_places_.push_back(place);
}

absl::Status BenchProvider::on_start() {
    bus().add_services({std::string(bench_service)});
    bus().want_turns(behaviour_ != ProviderBehaviour::answer);
    if (desk_->span.on_reactor_start != nullptr) desk_->span.on_reactor_start();
    return absl::OkStatus();
}

BenchProvider::Read BenchProvider::read(std::span<const std::byte> body) const noexcept {
    constexpr std::size_t one_field_bytes = 24;
    const BenchMessage message =
        body.size() == one_field_bytes ? BenchMessage::one_field : BenchMessage::ten_fields;
    return {message, reader_.read(message, body)};
}

template <typename AnyRequest>
void BenchProvider::answer(AnyRequest& request, Read read) noexcept {
    Answer answer = request.answer();
    writer_.write(read.message, answer.body(), read.number);
    answer.commit();
}

void BenchProvider::on_request(Request& request) {
    if (behaviour_ == ProviderBehaviour::keep) return keep(request);
    const Read seen = read(request.body());
    if (behaviour_ == ProviderBehaviour::mixed) {
        const Fate fate = fate_of(seen.number);
        if (fate == Fate::kept) return keep(request);
        if (fate == Fate::timed_out) return keep_long(request);
    }
    answer(request, seen);
}

// Without room to keep it the request ends as `dropped`, which the requester counts as failed.
void BenchProvider::keep(Request& request) {
    if (kept_.size() == kept_places) return;
    KeptRequest kept = request.keep();
    if (!kept) return;
    kept_.push_back(std::move(kept));
    kept_turn_ns_ = bus().now_ns();
}

void BenchProvider::keep_long(Request& request) {
    if (free_places_.empty()) return;
    KeptRequest kept = request.keep();
    if (!kept) return;
    const std::uint32_t place = free_places_.back();
    free_places_.pop_back();
    kept_long_[place] = std::move(kept);
    bus().set_timer(bus().now_ns() + mixed_late_answer_ns, place);
}

Nanos BenchProvider::on_turn(Nanos now_ns) {
    if (kept_.empty()) return no_deadline_ns;
    if (now_ns == kept_turn_ns_) return now_ns;
    for (KeptRequest& kept : kept_) answer(kept, read(kept.body()));
    kept_.clear();
    return no_deadline_ns;
}

void BenchProvider::on_timer(std::uint64_t token) {
    KeptRequest& kept = kept_long_[token];
    answer(kept, read(kept.body()));
    free_places_.push_back(static_cast<std::uint32_t>(token));
}

}  // namespace prosa::bench
