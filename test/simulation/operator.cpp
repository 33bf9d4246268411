#include "test/simulation/operator.hpp"

namespace prosa::simulation {
namespace {

const ProcessorReport* find(const InstanceReport& report, const std::string& name) {
    for (const ProcessorReport& processor : report.processors)
        if (processor.name == name) return &processor;
    return nullptr;
}

}  // namespace

const std::string& Operator::any_name() {
    return cast_.names[world_.random.below(static_cast<std::uint32_t>(cast_.names.size()))];
}

void Operator::maybe_act() {
    if (world_.happens(world_.temper.clients_come)) come_or_go();
    if (world_.happens(world_.temper.operates)) act(world_.random.below(12));
}

void Operator::act(std::uint32_t which) {
    world_.log.add(Event::operate, which);
    switch (which) {
        case 0:
            if (main_.withdraw_service(any_service()).ok()) world_.reached.add(Branch::withdrawn);
            break;
        case 1:
        case 2:
            if (main_.restore_service(any_service()).ok()) world_.reached.add(Branch::restored);
            break;
        case 3:
        case 4:
            restart();
            break;
        case 5:
            remove();
            break;
        case 6:
        case 7:
            add_extra();
            break;
        case 8:
            (void)main_.command(any_name(), "show", 0);
            break;
        case 9:
            (void)main_.notify_config(any_name());
            break;
        case 10:
            main_.wake_reactors();
            break;
        default: {
            std::uint32_t accepted = 0;
            for (std::uint32_t left = 2 + world_.random.below(6); left > 0; --left)
                accepted += restart() ? 1 : 0;
            if (accepted > 1) world_.reached.add(Branch::restart_storm);
        }
    }
}

bool Operator::restart() {
    const std::string& name = any_name();
    const InstanceReport report = main_.report();
    const ProcessorReport* const before = find(report, name);
    if (before == nullptr || !main_.restart_processor(name).ok()) return false;
    note_end(*before);
    const bool was_up = before->state == ProcessorState::running || before->state == ProcessorState::starting;
    world_.reached.add(was_up ? Branch::restarted_by_operator : Branch::restarted_while_down);
    return true;
}

// Its requests end unheard, also when the stop comes first.
void Operator::note_end(const ProcessorReport& processor) {
    for (const QueueReport& queue : processor.queues) {
        const std::uint64_t incarnation = value_of(queue.incarnation);
        if (incarnation >= world_.told_to_end.size()) world_.told_to_end.resize(incarnation + 1);
        world_.told_to_end[incarnation] = true;
    }
}

// Mostly the one that can come back.
void Operator::remove() {
    const std::string& name = world_.random.one_in(6) ? any_name() : cast_.extra.name;
    const InstanceReport report = main_.report();
    const ProcessorReport* const before = find(report, name);
    if (before == nullptr || !main_.remove_processor(name).ok()) return;
    if (name == cast_.extra.name && world_.ledger.queued_for_extra() != 0)
        world_.reached.add(Branch::removed_with_queued);
    note_end(*before);
    for (const QueueReport& queue : before->queues) {
        if (queue.kept != 0) world_.reached.add(Branch::removed_with_kept);
    }
}

void Operator::add_extra() {
    if (main_.add_processor(cast_.extra).ok()) world_.reached.add(Branch::added_while_running);
}

void Operator::come_or_go() {
    if (!visitors_.empty() && (visitor_count_ >= visitors_max || world_.random.one_in(2))) {
        if (visitors_.back()->in_flight() != 0) world_.reached.add(Branch::client_left_in_flight);
        visitors_.back()->leave();
        const auto values = visitors_.back()->caller().counters.values();
        for (std::size_t i = 0; i < left_.size(); ++i) left_[i] += values[i];
        // What is still to come, comes to nobody.
        left_[static_cast<std::size_t>(CallerCounter::late)] += visitors_.back()->unanswered_count();
        visitors_.pop_back();
        return;
    }
    if (visitor_count_ >= visitors_max) return;
    ++visitor_count_;
    world_.reached.add(Branch::client_came);
    visitors_.push_back(std::make_unique<Visitor>(world_, main_.connect_client(), cast_.services));
}

void Operator::restore_all() {
    (void)main_.restore_service("CHAOS");
    (void)main_.restore_service("SHARED");
}

CounterBlock<CallerCounter>::Values Operator::visited() const {
    auto values = left_;
    for (const auto& visitor : visitors_) {
        const auto own = visitor->caller().counters.values();
        for (std::size_t i = 0; i < values.size(); ++i) values[i] += own[i];
    }
    return values;
}

}  // namespace prosa::simulation
