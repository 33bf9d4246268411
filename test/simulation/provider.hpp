// test/simulation/provider.hpp: a processor that does with requests whatever a provider may do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/reactor/task.hpp"
#include "test/simulation/actor.hpp"

namespace prosa::simulation {

class Provider final : public Actor {
  public:
    // `relays_to` may be empty.
    Provider(World& world, std::uint32_t who, std::string service, std::string relays_to)
        : Actor(world, who), service_(std::move(service)), relays_to_(std::move(relays_to)) {}

    void on_request(Request& request) override;
    void on_timer(std::uint64_t token) override;
    void terminate() noexcept override;

  protected:
    void set_up() override;

  private:
    struct Held {
        KeptRequest request;
        std::uint64_t number;
    };

    void misbehave(Request& request, std::uint64_t number);
    template <typename Any>
    void answer(Any& request, std::uint64_t number);
    template <typename Any>
    void answer_error(Any& request, std::uint64_t number);
    void answer_twice(Request& request, std::uint64_t number);
    [[noreturn]] void throw_in_answer(Request& request, std::uint64_t number);
    void drop_kept(Request& request);
    void hold(Request& request, std::uint64_t number);
    void release_one();
    void plan_release();
    void relay(Request& request, std::uint64_t number);
    Task<void> ask_and_answer(KeptRequest kept, std::uint64_t number);
    void note_shard();
    void note_choice();

    const std::string service_;
    const std::string relays_to_;
    ServiceHandle relay_ = no_service;
    std::vector<Held> held_;
    std::optional<TimerId> release_timer_;
};

}  // namespace prosa::simulation
