// Whole instances, with all that may go wrong, in one thread, on a virtual clock, by seeds.
//
//     simulation [--seed FIRST] [--count N] [--seconds S] [--log FILE] [--hashes] [--branches]
//
// --count N     so many seeds from FIRST on (500). --seconds S: as many as fit; then no --count.
// --log FILE    every event of seed FIRST, which alone is run.
// --hashes      a line with seed and hash of the event log for each seed; two compilers print the same.
// --branches    how often each branch was reached.
//
// A seed fails when a promise of the delivery contract is broken; it is printed with the command that runs it
// again. A run of branches_count seeds or more also fails when a branch of reached.hpp was never reached, and
// every run when a seed does not repeat bit for bit.
//
// Proof     planted_faults.py: each fault planted in the product's code is found, by one of a few seeds.
//           compilers_agree.py: the same hashes with clang.
// Output    the check line on standard output; progress and faults on standard error.
// Exit      0: no failure. 1: a failure. 2: the arguments are wrong.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "test/simulation/seed_run.hpp"
#include "test/support/check_line.hpp"

namespace prosa::simulation {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t count_default = 500;
constexpr std::uint64_t branches_count = 500;  // seeds that reach every branch of reached.hpp
constexpr std::uint64_t repeated_count = 5;    // seeds that run twice
constexpr auto progress_interval = std::chrono::seconds(10);

struct Arguments {
    std::uint64_t seed = 1;
    std::uint64_t count = count_default;
    std::optional<std::uint64_t> seconds;
    const char* log_path = nullptr;
    bool prints_hashes = false;
    bool prints_branches = false;
};

std::optional<Arguments> parse(int count, char** texts) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string_view option = texts[i];
        if (option == "--hashes" || option == "--branches") {
            (option == "--hashes" ? arguments.prints_hashes : arguments.prints_branches) = true;
            continue;
        }
        if (++i == count) return std::nullopt;
        if (option == "--log") {
            arguments.log_path = texts[i];
            continue;
        }
        char* end = nullptr;
        const std::uint64_t value = std::strtoull(texts[i], &end, 10);
        if (end == texts[i] || *end != '\0') return std::nullopt;
        if (option == "--seed")
            arguments.seed = value;
        else if (option == "--count")
            arguments.count = value;
        else if (option == "--seconds")
            arguments.seconds = value;
        else
            return std::nullopt;
    }
    return arguments;
}

const char* program_name = "simulation";
volatile std::uint64_t running_seed = 0;

std::string replay_command(std::uint64_t seed) {
    return fmt::format("{} --seed {} --count 1", program_name, seed);
}

// An assertion of the product ends the process: say under which seed. Only what a handler may call.
void on_fatal_signal(int number) {
    char text[64];
    std::size_t at = sizeof text;
    text[--at] = '\n';
    std::uint64_t seed = running_seed;
    do text[--at] = static_cast<char>('0' + seed % 10);
    while ((seed /= 10) != 0);
    constexpr std::string_view before = "a crash; again with: simulation --count 1 --seed ";
    (void)!write(STDERR_FILENO, before.data(), before.size());
    (void)!write(STDERR_FILENO, text + at, sizeof text - at);
    signal(number, SIG_DFL);
    raise(number);
}

class Run {
  public:
    explicit Run(const Arguments& arguments) : arguments_(arguments) {}

    int finish_all() {
        for (std::uint64_t seed = arguments_.seed; !is_over(seed); ++seed) run(seed);
        check_branches();
        prosa::test::print_check_line({"simulation", arguments_.seed, seeds_, failures_, seconds()});
        return failures_ == 0 ? 0 : 1;
    }

  private:
    bool is_over(std::uint64_t seed) const {
        if (arguments_.seconds) return seconds() >= static_cast<double>(*arguments_.seconds);
        return seed - arguments_.seed >= arguments_.count;
    }

    double seconds() const { return std::chrono::duration<double>(steady_clock::now() - start_).count(); }

    void run(std::uint64_t seed) {
        running_seed = seed;
        const SeedResult result = run_seed(seed, reached_);
        if (!result.fault.empty()) fail(seed, result.fault);
        if (seeds_ < repeated_count) {
            Reached again;
            if (run_seed(seed, again).hash != result.hash) fail(seed, "two runs of the seed differ");
        }
        if (arguments_.prints_hashes) fmt::print("{} {:016x}\n", seed, result.hash);
        ++seeds_;
        requests_ += result.requests;
        steps_ += result.steps;
        show_progress();
    }

    void fail(std::uint64_t seed, const std::string& what) {
        ++failures_;
        fmt::print(stderr, "seed {}: {}\n  again with: {}\n", seed, what, replay_command(seed));
    }

    void show_progress() {
        if (steady_clock::now() - shown_ < progress_interval) return;
        shown_ = steady_clock::now();
        fmt::print(stderr, "simulation: {} seeds, {:.1f} a second, {} requests, {} steps, {} failures\n",
                   seeds_, static_cast<double>(seeds_) / seconds(), requests_, steps_, failures_);
    }

    void check_branches() {
        for (std::size_t i = 0; i < branch_names.size(); ++i) {
            const std::uint64_t count = reached_.count(static_cast<Branch>(i));
            if (arguments_.prints_branches) fmt::print(stderr, "{:12} {}\n", count, branch_names[i]);
            if (count != 0 || seeds_ < branches_count) continue;
            ++failures_;
            fmt::print(stderr, "never reached: {}\n", branch_names[i]);
        }
    }

    const Arguments arguments_;
    const steady_clock::time_point start_ = steady_clock::now();
    steady_clock::time_point shown_ = start_;
    Reached reached_;
    std::uint64_t seeds_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t steps_ = 0;
};

int write_log(const Arguments& arguments) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(arguments.log_path, "w"),
                                                               &std::fclose);
    if (file == nullptr) {
        fmt::print(stderr, "{} cannot be written: {}\n", arguments.log_path, std::strerror(errno));
        return 2;
    }
    running_seed = arguments.seed;
    Reached reached;
    const SeedResult result = run_seed(arguments.seed, reached, file.get());
    fmt::print(file.get(), "hash {:016x}, {} requests, {} steps{}{}\n", result.hash, result.requests,
               result.steps, result.fault.empty() ? "" : ", fault: ", result.fault);
    return result.fault.empty() ? 0 : 1;
}

int simulate(int count, char** texts) {
    const auto arguments = parse(count, texts);
    if (!arguments) {
        fmt::print(stderr,
                   "usage: simulation [--seed FIRST] [--count N] [--seconds S] [--log FILE] [--hashes] "
                   "[--branches]\n");
        return 2;
    }
    program_name = texts[0];
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) signal(number, on_fatal_signal);
    log().set_level(spdlog::level::off);
    return arguments->log_path != nullptr ? write_log(*arguments) : Run(*arguments).finish_all();
}

}  // namespace
}  // namespace prosa::simulation

int main(int count, char** texts) { return prosa::simulation::simulate(count, texts); }
