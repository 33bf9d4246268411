// The shipped Outbox over the shipped SlotRing under relacy: two reactors that flood each other.
//
// Each is requester and provider at once, over rings of two slots, with a bounded credit and few blocks to keep
// requests in. A handler answers in place, or keeps its request and answers later: from a turn, from another
// request's handler, or while another answer is being written.
//
// Forbids   a deadlock of full rings; a request without an answer, or with two; an answer that another overwrites
//           half written; a handler that finds no slot for its answer; answers of kept requests out of their order;
//           more requests under way than credit; blocks that do not come home.
// Its own   the order of a turn, the blocks, and the credit: a count that a send takes and an answer gives back, there
//           to bound what is under way. Where the bus takes and returns its own, and for which provider, is held by
//           model/request_life.pml, unit/delivery_pair_test.cpp and policy_test.cpp.
// Caught    each of these alone: may_send that does not count the reserved slot (a handler without a slot), or does
//           not look at the open answer (an overwritten answer); send_or_wait that does not look at what waits (an
//           order broken); may_take_request that does not look at the ring (a handler without a slot); a flush that
//           does not look, or takes one answer more than it sends (a lost one); a push_back that links behind the
//           first (a lost one); a turn that does not flush, one that empties its replies, or serves, only when its
//           own requests are through (a livelock).
// Survives  may_take_request that does not look at what waits: that answers go first is fairness, not safety.
//           test/core/bus/unit/{delivery_pair,shared_queue}_test.cpp hold it.
#include "test/support/model_ring.hpp"
#include "test/support/model_run.hpp"

#include "core/bus/outbox.hpp"

namespace prosa {
namespace {

constexpr std::uint32_t ring_slots = 2;

// A ring whose slots hold the number of a request, or of the request that is answered.
struct NumberRing {
    // False when it is full.
    bool send(unsigned number) {
        std::byte* const slot = ring.try_claim();
        if (slot == nullptr) return false;
        content(slot).set(number);
        ring.publish();
        return true;
    }

    ModelRing ring{ring_slots, model_slot_bytes};
    RingContents contents{ring};
};

// One direction of requests.
struct NumberLink {
    NumberRing requests;
    NumberRing replies;
};

// The requester's half of a reactor: numbers from 1 on, each answered once.
template <unsigned request_count, unsigned credit>
class Flood {
  public:
    explicit Flood(NumberLink& link) : link_(link) {}

    // Returns how many left.
    unsigned send() {
        unsigned count = 0;
        for (; sent_ < request_count && outstanding_ < credit && link_.requests.send(sent_ + 1); ++count) {
            ++sent_;
            ++outstanding_;
        }
        return count;
    }

    // Returns how many came.
    unsigned drain() {
        unsigned count = 0;
        for (; const std::byte* const slot = link_.replies.ring.peek(); ++count) {
            const unsigned number = content(slot).get();
            model_require(number >= 1 && number <= sent_, "an answer belongs to a request");
            model_require(!is_answered_[number], "a request has one answer");
            is_answered_[number] = true;
            --outstanding_;
            ++answered_;
            link_.replies.ring.release();
        }
        model_require(outstanding_ == sent_ - answered_, "credit comes home with the answer");
        return count;
    }

    bool is_done() const { return answered_ == request_count; }

  private:
    NumberLink& link_;
    bool is_answered_[request_count + 1] = {};
    unsigned sent_ = 0;
    unsigned answered_ = 0;
    unsigned outstanding_ = 0;
};

// A kept request; its block is where the answer waits.
struct Kept {
    MessageBlock head{};
    unsigned number = 0;
    bool is_taken = false;
    bool is_held = false;  // and not answered yet
};

// The provider's half of a reactor.
template <unsigned request_count, unsigned credit, unsigned kept_limit>
class Service {
  public:
    explicit Service(NumberLink& link) : link_(link) {}

    unsigned flush() {
        return outbox_.flush(link_.replies.ring, [this](MessageBlock& answer) { publish(answer); });
    }

    unsigned serve() {
        unsigned count = 0;
        while (const std::byte* const slot = link_.requests.ring.peek()) {
            if (!outbox_.may_take_request(link_.replies.ring)) break;
            model_require(++received_ - answered_ <= credit, "no more is under way than the credit");
            outbox_.reserve_slot();
            handle(content(slot).get());
            outbox_.return_slot();
            link_.requests.ring.release();
            ++count;
        }
        return count;
    }

    // Answers some of what is kept, or all.
    unsigned answer_kept(bool all = false) {
        unsigned count = 0;
        for (Kept& kept : blocks_) {
            if (!kept.is_held || (!all && rl::rand(2) == 0)) continue;
            kept.is_held = false;
            kept_order_[kept_answered_++] = kept.number;
            outbox_.send_or_wait(link_.replies.ring, kept.head,
                                 [this](MessageBlock& answer) { publish(answer); });
            ++count;
        }
        return count;
    }

    bool is_done() const { return answered_ == request_count; }

    void require_at_rest() const {
        model_require(outbox_.is_empty() && outbox_.count() == 0, "nothing waits at the end");
        for (const Kept& kept : blocks_) model_require(!kept.is_taken, "the blocks come home");
    }

  private:
    void handle(unsigned number) {
        if (rl::rand(2) == 0 && try_keep(number)) return;
        if (rl::rand(2) == 0) answer_kept();
        std::byte* const slot = link_.replies.ring.try_claim();
        model_require(slot != nullptr, "a handler has a slot for its answer");
        outbox_.open_answer();
        content(slot).set(number);
        if (rl::rand(2) == 0) answer_kept();
        model_require(content(slot).get() == number, "an open answer is its writer's");
        link_.replies.ring.publish();
        outbox_.close_answer();
        outbox_.return_slot();
        ++answered_;
    }

    bool try_keep(unsigned number) {
        for (Kept& kept : blocks_) {
            if (kept.is_taken) continue;
            kept.number = number;
            kept.is_taken = kept.is_held = true;
            outbox_.return_slot();
            if (rl::rand(2) == 0) answer_kept();
            return true;
        }
        return false;
    }

    void publish(MessageBlock& answer) {
        Kept& kept = reinterpret_cast<Kept&>(answer);
        model_require(kept.is_taken && !kept.is_held, "an answer leaves once");
        model_require(kept.number == kept_order_[kept_sent_++],
                      "answers leave in the order in which they were given");
        model_require(link_.replies.send(kept.number), "an answer that may leave has a slot");
        kept.is_taken = false;
        ++answered_;
    }

    NumberLink& link_;
    Outbox<ModelRing> outbox_;
    Kept blocks_[kept_limit];
    unsigned kept_order_[request_count] = {};  // as they were answered
    unsigned kept_answered_ = 0;
    unsigned kept_sent_ = 0;
    unsigned received_ = 0;
    unsigned answered_ = 0;
};

// Threads 0 and 1 are reactors; each requests from the other.
template <unsigned request_count, unsigned credit, unsigned kept_limit>
struct Flooding : rl::test_suite<Flooding<request_count, credit, kept_limit>, 2> {
    using Requests = Flood<request_count, credit>;
    using Answers = Service<request_count, credit, kept_limit>;

    // The turn of a reactor: answers come before new work.
    void thread(unsigned index) {
        Requests& requests = floods[index];
        Answers& answers = services[index];
        while (!requests.is_done() || !answers.is_done()) {
            unsigned work = requests.drain();
            work += answers.flush();
            work += answers.serve();
            work += requests.send();
            work += answers.answer_kept(work == 0);
            if (work == 0) model_yield();
        }
    }

    void after() {
        for (const Answers& answers : services) answers.require_at_rest();
        for (Requests& requests : floods)
            model_require(requests.drain() == 0, "nothing comes that was not asked for");
    }

    NumberLink links[2];  // links[i]: requests of reactor i
    Requests floods[2] = {Requests(links[0]), Requests(links[1])};
    Answers services[2] = {Answers(links[1]), Answers(links[0])};
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("outbox");
    run.random<prosa::Flooding<8, 6, 4>>("two reactors that flood each other", 100'000);
    run.random<prosa::Flooding<6, 6, 1>>("one block to keep requests in", 100'000);
    run.bounded<prosa::Flooding<1, 1, 1>>("one request each, 2 switches", 2);
    if (run.is_long()) run.bounded<prosa::Flooding<2, 2, 1>>("two requests each, 1 switch", 1);
    return run.exit_code();
}
