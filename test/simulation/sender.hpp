// test/simulation/sender.hpp: sends requests at random, through a processor's bus or a client.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "core/bus/requester.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

// What somebody sends to.
struct Target {
    ServiceHandle service = no_service;
    bool is_routed = false;
    bool is_to_extra = false;
};

// Port: Bus, or BusClient, which tells how full its table of pending requests is.
template <typename Port>
class Sender {
  public:
    Sender(World& world, Port& port, Party party) : world_(world), port_(port), party_(party) {}

    void send_to_any(const std::vector<Target>& targets) {
        if (targets.empty()) return;
        if (world_.happens(world_.temper.claims_overlap)) return overlap(targets);
        (void)send(any_of(targets));
    }

    // True when it was accepted.
    bool send(const Target& target) {
        Draft draft = draw(target);
        Claim claim = port_.claim(target.service, draft.options);
        if (!is_granted(claim, draft)) return false;
        if (world_.happens(world_.temper.claim_aborts, Branch::claim_aborted)) return false;
        commit(claim, draft);
        return true;
    }

  private:
    struct Draft {
        SendOptions options;
        std::uint32_t body_bytes = 0;
        Target target;
    };

    const Target& any_of(const std::vector<Target>& targets) {
        return targets[world_.random.below(static_cast<std::uint32_t>(targets.size()))];
    }

    Draft draw(const Target& target) {
        Random& random = world_.random;
        Draft draft;
        draft.options.token = world_.ledger.next_number();
        draft.options.timeout_ns = draw_timeout();
        draft.options.affinity = random.below(16);
        if (random.one_in(4)) draft.options.correlation = draft.options.token + 1;
        draft.body_bytes = world_.draw_body_bytes();
        if (random.one_in(2)) draft.options.body_bytes_hint = draft.body_bytes;
        draft.target = target;
        return draft;
    }

    // 0, for the instance's call_timeout, up to times that only a hang or a lost answer outlasts.
    Nanos draw_timeout() {
        const std::uint32_t dice = world_.random.below(16);
        if (dice == 0) return 0;
        if (dice < 4) return world_.random.time(1, 20 * ns_per_us);
        return world_.random.time(20 * ns_per_us, 3 * ns_per_ms);
    }

    bool is_granted(Claim& claim, const Draft& draft) {
        note_pending(claim);
        if (!claim) {
            world_.ledger.refuse(party_, draft.options.token, claim.refusal());
            if (claim.refusal() == ServiceError::shutting_down)
                world_.reached.add(Branch::refused_shutting_down);
            return false;
        }
        if (write_body(claim.body(), draft.body_bytes, draft.options.token)) return true;
        world_.ledger.refuse(party_, draft.options.token, ServiceError::overloaded);
        if (draft.body_bytes > world_.bus.block_bytes) world_.reached.add(Branch::request_too_large);
        return false;
    }

    void note_pending(const Claim& claim) {
        if constexpr (requires { port_.unanswered_count(); })
            if (claim.refusal() == ServiceError::overloaded && !claim &&
                port_.unanswered_count() == world_.bus.pending_limit)
                world_.reached.add(Branch::refused_pending);
    }

    void commit(Claim& claim, const Draft& draft) {
        const RequestId id = claim.commit();
        if (draft.body_bytes > world_.bus.slot_bytes) world_.reached.add(Branch::request_in_block);
        const Nanos timeout_ns =
            draft.options.timeout_ns != 0 ? draft.options.timeout_ns : world_.bus.call_timeout_ns;
        world_.ledger.accept(party_,
                             {draft.options.token, id, draft.options.correlation, world_.now_ns, timeout_ns,
                              draft.body_bytes, draft.target.is_routed, draft.target.is_to_extra});
    }

    // Several claims at once, committed or aborted in another order.
    void overlap(const std::vector<Target>& targets) {
        std::array<Draft, 4> drafts;
        std::array<std::unique_ptr<Claim>, 4> claims;
        for (std::size_t i = 0; i < claims.size(); ++i) {
            const Target& target = any_of(targets);
            drafts[i] = draw(target);
            claims[i].reset(new Claim(port_.claim(target.service, drafts[i].options)));
            if (!is_granted(*claims[i], drafts[i])) claims[i].reset();
        }
        if (std::count(claims.begin(), claims.end(), nullptr) < 3)
            world_.reached.add(Branch::claims_overlapped);
        const std::uint32_t first = world_.random.below(4);
        for (std::uint32_t i = 0; i < claims.size(); ++i) {
            const std::size_t at = (first + 3 * i) % claims.size();
            if (claims[at] != nullptr && !world_.random.one_in(6)) commit(*claims[at], drafts[at]);
            claims[at].reset();
        }
    }

    World& world_;
    Port& port_;
    const Party party_;
};

}  // namespace prosa::simulation
