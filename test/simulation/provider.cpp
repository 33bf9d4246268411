#include "test/simulation/provider.hpp"

#include <array>
#include <type_traits>
#include <utility>

namespace prosa::simulation {
namespace {

constexpr std::size_t held_max = 24;

Task<void> do_nothing() { co_return; }

// The request of a relay, which nobody waits for any more when the coroutine's frame goes. All frames go then, and no
// task begins any more.
class Waiting {
  public:
    Waiting(World& world, Bus& bus, std::uint64_t number) : world_(world), bus_(bus), number_(number) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
        if (is_over) return;
        world_.reached.add(Branch::relay_destroyed);
        world_.ledger.abandon(number_);
        if (bus_.spawn(do_nothing()))
            world_.ledger.fault("a task began while all of them ended");
        else
            world_.reached.add(Branch::spawn_refused);
    }

    bool is_over = false;

  private:
    World& world_;
    Bus& bus_;
    const std::uint64_t number_;
};

}  // namespace

void Provider::set_up() {
    if (!relays_to_.empty()) relay_ = bus().resolve(relays_to_);
    bus().add_services({service_});
}

void Provider::terminate() noexcept {
    if (!held_.empty()) world_.reached.add(Branch::kept_dropped_by_end);
    held_.clear();
    Actor::terminate();
}

void Provider::on_request(Request& request) {
    const auto number = world_.ledger.arrive(request, bus().now_ns());
    if (!number) return;
    if (bus().info().shard_count > 1) note_shard();
    if (service_ == "CHAOS") note_choice();
    if (!world_.is_calm) return misbehave(request, *number);
    while (!held_.empty()) release_one();
    answer(request, *number);
}

void Provider::note_shard() {
    const auto seen = world_.shards_seen |= 1U << value_of(bus().info().queue);
    if ((seen & (seen - 1)) != 0) world_.reached.add(Branch::shared_by_two_shards);
}

// A policy is seen when it has sent to more than one; primary_backup so when the first was not there.
void Provider::note_choice() {
    const auto seen = world_.chaos_seen |= 1U << who_;
    if ((seen & (seen - 1)) != 0) world_.reached.add(world_.chaos_policy);
}

void Provider::misbehave(Request& request, std::uint64_t number) {
    const Temper& temper = world_.temper;
    if (world_.happens(temper.throws)) throw_something();
    if (world_.happens(temper.fails, Branch::failed_quietly)) return fail();
    if (world_.happens(temper.throws_in_answer, Branch::threw_in_open_answer))
        throw_in_answer(request, number);
    if (world_.happens(temper.silent, Branch::left_unanswered)) return;
    if (world_.happens(temper.twice, Branch::answered_twice)) return answer_twice(request, number);
    if (world_.happens(temper.error, Branch::answered_error)) return answer_error(request, number);
    if (world_.happens(temper.aborts, Branch::answer_aborted))
        return (void)request.answer(world_.bus.block_bytes - 64);
    if (world_.happens(temper.keeps_and_drops, Branch::kept_and_dropped)) return drop_kept(request);
    if (world_.happens(temper.holds, Branch::kept_and_held)) return hold(request, number);
    if (!relays_to_.empty() && world_.happens(temper.relays, Branch::relayed)) return relay(request, number);
    answer(request, number);
}

template <typename Any>
void Provider::answer(Any& request, std::uint64_t number) {
    const std::uint32_t bytes = world_.draw_body_bytes();
    Answer answer = request.answer(world_.random.one_in(2) ? bytes : 0);
    if (!answer) return world_.ledger.fault("the first answer was refused");
    const bool fits = write_body(answer.body(), bytes, number);
    if (fits && bytes > world_.bus.slot_bytes) world_.reached.add(Branch::answer_in_block);
    if (bytes > world_.bus.block_bytes) world_.reached.add(Branch::answer_too_large);
    answer.commit();
    world_.ledger.answer(number, fits ? ServiceError::none : ServiceError::overloaded, bytes, bus().now_ns(),
                         std::is_same_v<Any, KeptRequest>);
}

template <typename Any>
void Provider::answer_error(Any& request, std::uint64_t number) {
    constexpr ServiceError errors[] = {ServiceError::protocol, ServiceError::overloaded,
                                       ServiceError::dropped};
    const ServiceError error = errors[world_.random.below(3)];
    if (!request.fail(error)) return world_.ledger.fault("the first answer was refused");
    world_.ledger.answer(number, error, 0, bus().now_ns(), std::is_same_v<Any, KeptRequest>);
}

void Provider::answer_twice(Request& request, std::uint64_t number) {
    answer(request, number);
    if (request.reply({})) world_.ledger.fault("a second answer was taken");
    if (request.keep()) world_.ledger.fault("an answered request was kept");
}

void Provider::throw_in_answer(Request& request, std::uint64_t number) {
    Answer open = request.answer();
    (void)write_body(open.body(), body_bytes_min, number);
    throw_something();
}

void Provider::drop_kept(Request& request) {
    const KeptRequest kept = request.keep();
    if (!kept) world_.reached.add(Branch::keep_refused);
}

void Provider::hold(Request& request, std::uint64_t number) {
    KeptRequest kept = request.keep();
    if (!kept) {
        world_.reached.add(Branch::keep_refused);
        return answer_error(request, number);
    }
    held_.push_back({std::move(kept), number});
    if (held_.size() > held_max) release_one();
    plan_release();
}

void Provider::plan_release() {
    if (held_.empty() || release_timer_) return;
    const Nanos at_ns = bus().now_ns() + world_.random.time(0, 400 * ns_per_us);
    release_timer_ = bus().set_timer(at_ns, static_cast<std::uint64_t>(at_ns));
    if (!world_.random.one_in(8)) return;
    if (!bus().cancel_timer(*release_timer_))
        world_.ledger.fault("a timer that has not fired could not be cancelled");
    if (bus().cancel_timer(*release_timer_)) world_.ledger.fault("a timer was cancelled twice");
    world_.reached.add(Branch::timer_cancelled);
    release_timer_ = bus().set_timer(at_ns, static_cast<std::uint64_t>(at_ns));
}

void Provider::on_timer(std::uint64_t token) {
    release_timer_.reset();
    Actor::on_timer(token);
    const std::size_t rest = world_.is_calm ? 0 : world_.random.small_below(8);
    while (held_.size() > rest) release_one();
    plan_release();
}

void Provider::release_one() {
    const std::uint32_t at = world_.random.below(static_cast<std::uint32_t>(held_.size()));
    std::swap(held_[at], held_.back());
    Held held = std::move(held_.back());
    held_.pop_back();
    answer(held.request, held.number);
    if (!world_.random.one_in(8)) return;
    if (held.request.reply({})) world_.ledger.fault("a second answer to a kept request was taken");
    world_.reached.add(Branch::kept_answered_twice);
}

void Provider::relay(Request& request, std::uint64_t number) {
    KeptRequest kept = request.keep();
    if (!kept) return world_.reached.add(Branch::keep_refused);
    (void)bus().spawn(ask_and_answer(std::move(kept), number));
}

Task<void> Provider::ask_and_answer(KeptRequest kept, std::uint64_t number) {
    const std::uint64_t asked = world_.ledger.next_number();
    std::array<std::byte, body_bytes_min> bytes;
    BodyBuffer body{bytes.data(), body_bytes_min};
    (void)write_body(body, body_bytes_min, asked);
    Waiting waiting(world_, bus(), asked);
    const Nanos timeout_ns = world_.random.time(10 * ns_per_us, ns_per_ms);
    Call call = bus().call(relay_, body.written(), timeout_ns);
    if (call.await_ready()) {
        waiting.is_over = true;
        world_.ledger.refuse(party_, asked, call.await_resume().error);
        answer_error(kept, number);
        co_return;
    }
    world_.ledger.accept(party_, {asked, 0, 0, bus().now_ns(), timeout_ns, body_bytes_min, false, false});
    Outcome outcome = co_await call;
    waiting.is_over = true;
    world_.ledger.end(party_, asked, outcome, bus().now_ns());
    if (world_.happens(world_.temper.throws_in_timer * 4, Branch::threw_in_coroutine)) throw_something();
    answer(kept, number);
}

}  // namespace prosa::simulation
