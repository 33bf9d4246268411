#include "core/bus/bus_main.hpp"

#include <signal.h>

#include <array>
#include <chrono>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "core/base/log.hpp"
#include "core/bus/bus_client.hpp"
#include "core/bus/control.hpp"
#include "core/bus/signal_target.hpp"

namespace prosa {
namespace {

// The one instance of the process that listens to signals.
SignalTarget<BusMain> signalled_instance;

void on_signal(int) {
    signalled_instance.visit([](BusMain& instance) { instance.request_stop(); });
}

constexpr std::array stop_signals = {SIGINT, SIGTERM};

// What the process did on these signals before an instance listened, and which one does so now.
class SignalActions {
  public:
    // False: it had done so before.
    bool install(const BusMain* instance) {
        const std::scoped_lock lock(mutex_);
        struct sigaction action {};
        action.sa_handler = on_signal;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i < stop_signals.size(); ++i)
            sigaction(stop_signals[i], &action, owner_ == nullptr ? &before_[i] : nullptr);
        return std::exchange(owner_, instance) != instance;
    }

    // Unless another instance took over meanwhile.
    void restore(const BusMain* instance) {
        const std::scoped_lock lock(mutex_);
        if (owner_ != instance) return;
        for (std::size_t i = 0; i < stop_signals.size(); ++i)
            sigaction(stop_signals[i], &before_[i], nullptr);
        owner_ = nullptr;
    }

  private:
    std::mutex mutex_;
    const BusMain* owner_ = nullptr;
    std::array<struct sigaction, stop_signals.size()> before_{};
};

SignalActions signal_actions;

bool begin_listening(BusMain* instance) {
    signalled_instance.set(instance);
    return signal_actions.install(instance);
}

void end_listening(BusMain* instance) {
    signal_actions.restore(instance);
    signalled_instance.clear(instance);
    while (signalled_instance.is_visited()) std::this_thread::yield();
}

// A line for each shard; the error of the first one that refuses, with all lines.
absl::StatusOr<std::string> joined(CommandAnswers& answers) {
    std::string text;
    absl::StatusCode code = absl::StatusCode::kOk;
    for (auto& answer : answers) {
        const absl::StatusOr<std::string> said = answer.get();
        text.append(text.empty() ? "" : "\n").append(said.ok() ? *said : message_of(said.status()));
        if (code == absl::StatusCode::kOk) code = said.status().code();
    }
    if (code != absl::StatusCode::kOk) return make_error(code, "{}", text);
    return text;
}

}  // namespace

BusMain::BusMain(InstanceOptions options) : control_(std::make_shared<Control>(std::move(options))) {}

// Signals are heard until its stop has ended: one that comes now shall not end the process with requests in flight.
BusMain::~BusMain() {
    // Short enough to need no memory, for there may be none: a stop always begins.
    const bool has_ended = stop_and_join("it is destroyed") == 0;
    end_listening(this);
    // A thread that hangs still uses what control_ owns: then the memory outlives this object.
    if (!has_ended) control_->outlive(control_);
}

template <typename Query>
auto BusMain::ask_status(Query query) -> decltype(query()) try {
    return control_->ask(query);
} catch (const std::bad_alloc&) {
    return out_of_memory();
}

absl::StatusOr<ProcessorId> BusMain::add_processor(ProcessorDefinition definition) {
    return ask_status([&] { return control_->add_processor(std::move(definition)); });
}

ReactorPlan BusMain::plan() const { return control_->plan(); }

absl::Status BusMain::start() {
    const bool began_listening = control_->options().handles_signals && begin_listening(this);
    const absl::Status started = control_->start();
    if (!started.ok() && began_listening) end_listening(this);
    return started;
}

bool BusMain::step(Nanos now_ns) { return control_->step(now_ns); }

bool BusMain::step_main(Nanos now_ns) { return control_->step_main(now_ns); }

void BusMain::step_reactor(std::size_t place, Nanos now_ns) { control_->step_reactor(place, now_ns); }

std::size_t BusMain::reactor_count() const { return control_->reactor_count(); }

bool BusMain::wait_until_running(Nanos timeout_ns) {
    const Nanos deadline_ns = monotonic_now_ns() + timeout_ns;
    for (;;) {
        if (control_->ask([this] { return control_->are_all_running(); })) return true;
        if (control_->ask([this] { return control_->has_crashed(); })) return false;
        if (monotonic_now_ns() >= deadline_ns) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

// A stop needs no memory; its reason does.
void BusMain::stop(std::string reason) try {
    control_->ask([&] { control_->stop(std::move(reason)); });
} catch (const std::bad_alloc&) {
    request_stop();
}

void BusMain::request_stop() noexcept { control_->request_stop(); }

bool BusMain::is_stopping() const noexcept { return control_->is_stopping(); }

bool BusMain::is_stop_requested() const noexcept { return control_->is_stop_requested(); }

int BusMain::join() { return control_->join(); }

bool BusMain::join_for(Nanos timeout_ns) { return control_->join_for(timeout_ns); }

void BusMain::begin_stop(std::string reason) try {
    control_->ask([&] { control_->begin_stop(std::move(reason)); });
} catch (const std::bad_alloc&) {
    control_->request_begin_stop();
}

int BusMain::stop_and_join(std::string reason) {
    begin_stop(std::move(reason));
    return join();
}

absl::Status BusMain::remove_processor(std::string_view name) {
    return ask_status([&] { return control_->remove_processor(name); });
}

absl::Status BusMain::restart_processor(std::string_view name) {
    return ask_status([&] { return control_->restart_processor(name); });
}

absl::Status BusMain::withdraw_service(std::string_view name) {
    return ask_status([&] { return control_->set_withdrawn(name, true); });
}

absl::Status BusMain::restore_service(std::string_view name) {
    return ask_status([&] { return control_->set_withdrawn(name, false); });
}

absl::StatusOr<std::string> BusMain::command(std::string_view processor, std::string_view command,
                                             Nanos timeout_ns) try {
    const auto answers = control_->ask([&] {
        return std::make_shared<absl::StatusOr<CommandAnswers>>(
            control_->post_command(processor, std::string(command)));
    });
    if (!answers->ok()) return answers->status();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout_ns);
    for (auto& answer : **answers)
        if (answer.wait_until(deadline) != std::future_status::ready)
            return make_error(absl::StatusCode::kDeadlineExceeded,
                              "processor '{}' did not answer the command in time", processor);
    return joined(**answers);
} catch (const std::bad_alloc&) {
    return out_of_memory();
}

absl::Status BusMain::notify_config(std::string_view processor) {
    return ask_status([&] { return control_->notify_config(processor); });
}

void BusMain::wake_reactors() {
    control_->ask([this] { control_->wake_reactors(); });
}

InstanceReport BusMain::report() const {
    return control_->ask([this] { return control_->report(); });
}

std::unique_ptr<BusClient> BusMain::connect_client() { return BusClient::connect(control_); }

const InstanceOptions& BusMain::options() const noexcept { return control_->options(); }

}  // namespace prosa
