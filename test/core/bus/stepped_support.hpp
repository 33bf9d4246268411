// test/core/bus/stepped_support.hpp: an instance without threads, on the test's own time.
//
// Everything runs on the test's thread, so a test may use a processor's bus between two steps.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "test/core/bus/bus_support.hpp"

namespace prosa::test {

inline InstanceOptions stepped_options() {
    InstanceOptions made = options();
    made.stepped_from_ns = ns_per_s;
    return made;
}

class SteppedInstance {
  public:
    explicit SteppedInstance(InstanceOptions instance_options)
        : now_ns_(*instance_options.stepped_from_ns), main_(std::move(instance_options)) {}
    ~SteppedInstance() { end(); }

    BusMain& main() { return main_; }
    Nanos now_ns() const { return now_ns_; }

    void add(ProcessorDefinition made) { added_ = added_ && main_.add_processor(std::move(made)).ok(); }

    // False when a processor was refused.
    bool start() {
        if (!added_ || !main_.start().ok()) return false;
        settle();
        return true;
    }

    // Turns without time passing: enough for a message to cross Main, its answer and a table to come back.
    void settle() {
        for (int i = 0; i < 12; ++i) main_.step(now_ns_);
    }
    void advance(Nanos by_ns) {
        now_ns_ += by_ns;
        settle();
    }
    // As advance, without missing what happens on the way.
    void advance_in_steps(Nanos by_ns, Nanos step_ns) {
        for (const Nanos until_ns = now_ns_ + by_ns; now_ns_ < until_ns;)
            advance(std::min(step_ns, until_ns - now_ns_));
    }

    ProcessorReport processor(std::string_view name) const {
        for (ProcessorReport& shown : main_.report().processors)
            if (shown.name == name) return shown;
        return {};
    }
    std::uint64_t callee(std::string_view name, CalleeCounter counter) const {
        return processor(name).queues.at(0).callee[static_cast<std::size_t>(counter)];
    }
    std::uint64_t caller(std::string_view name, CallerCounter counter) const {
        return processor(name).queues.at(0).caller[static_cast<std::size_t>(counter)];
    }

    // True when it came to its end.
    bool end() {
        if (!main_.is_stopping()) main_.stop("the test ends");
        for (int i = 0; i < 100; ++i) {
            now_ns_ += ns_per_s;
            if (!main_.step(now_ns_)) return true;
        }
        return false;
    }

  private:
    Nanos now_ns_;
    BusMain main_;
    bool added_ = true;
};

// A processor that only sends, at the test's word, and keeps what came back.
struct Asker {
    struct Seen {
        std::uint64_t token;
        ServiceError error;
        std::string body;
    };

    ProcessorDefinition definition(std::string name, std::vector<std::string> uses) {
        return test::definition(std::move(name), [this, uses = std::move(uses)](LambdaProcessor& made) {
            processor = &made;
            made.start = [this, uses](LambdaProcessor& self) {
                for (const std::string& used : uses) services.push_back(self.bus().resolve(used));
                return absl::OkStatus();
            };
            made.outcome = [this](LambdaProcessor&, const Outcome& outcome) {
                seen.push_back({outcome.token, outcome.error, text_of(outcome.body)});
            };
        });
    }

    SendResult send(const SendOptions& send_options = {}, const std::string& body = "x") {
        return processor->bus().send(services.at(0), bytes_of(body), send_options);
    }

    std::size_t count(ServiceError error) const {
        return static_cast<std::size_t>(
            std::count_if(seen.begin(), seen.end(), [error](const Seen& one) { return one.error == error; }));
    }

    LambdaProcessor* processor = nullptr;
    std::vector<ServiceHandle> services;
    std::vector<Seen> seen;
};

}  // namespace prosa::test
