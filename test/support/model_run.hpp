// test/support/model_run.hpp: runs the models of one program under relacy and reports each on a line.
//
// A model is a rl::test_suite: its constructor builds what is checked, thread(i) is what thread i does,
// after() looks at the end. Each check prints {"check": NAME, "seed": S, "count": N, "failures": F,
// "seconds": T} on stdout: N iterations were run, those of the random scheduler from iteration number S on. A
// check ends at its first failure; stderr then shows the iteration's history, and how to repeat it.
//
// MODEL_ITERATIONS  iterations of each random check, instead of its short form
// MODEL_SEED        the first iteration's number, instead of a random one
#pragma once

#include "test/support/relacy_atomic.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>

#include "core/base/assert.hpp"

namespace prosa {

// In the library's place: an assertion of ours that fails is a failure of the model, with its history.
void assertion_failed(const char* file, int line, const char*, const char* message) noexcept {
    rl::ctx().fail_test(message, rl::test_result_user_assert_failed, model_place("PROSA_ASSERT", file, line));
    std::abort();
}

// What a model of two threads draws first in an iteration.
constexpr std::uint32_t low_bits_of(std::uint64_t iteration) {
    rl::random_generator random;
    random.seed(static_cast<rl::iteration_t>(iteration));
    std::uint32_t bits = 0;
    for (int i = 0; i < 32; ++i) bits = bits << 1 | (random.rand() & 1U);
    return bits;
}
static_assert(low_bits_of(1) != low_bits_of(1 + (1U << 17)), "later iterations do not repeat earlier ones");

class ModelRun {
  public:
    explicit ModelRun(const char* program) : program_(program) {}

    // Random schedules and random stale loads; `short_count` of them when the environment asks for no more.
    template <typename Model>
    void random(const char* check, std::uint64_t short_count) {
        const std::uint64_t seed = environment("MODEL_SEED").value_or(random_seed());
        rl::test_params params;
        params.search_type = rl::sched_random;
        params.iteration_count = seed + environment("MODEL_ITERATIONS").value_or(short_count) - 1;
        params.initial_state = std::to_string(seed).c_str();
        run<Model>(check, params, seed);
    }

    // Every schedule with at most `switches_max` switches away from a thread that could go on; ends by
    // itself.
    template <typename Model>
    void bounded(const char* check, unsigned switches_max) {
        rl::test_params params;
        params.search_type = rl::sched_bound;
        params.context_bound = switches_max;
        run<Model>(check, params, 0);
    }

    // Every schedule; ends by itself.
    template <typename Model>
    void full(const char* check) {
        rl::test_params params;
        params.search_type = rl::sched_full;
        run<Model>(check, params, 0);
    }

    // True when so many iterations are asked for that searches of many seconds may join.
    bool is_long() const { return environment("MODEL_ITERATIONS").value_or(0) > 1'000'000; }

    int exit_code() const { return failure_count_ == 0 ? EXIT_SUCCESS : EXIT_FAILURE; }

  private:
    static std::uint64_t random_seed() { return std::random_device{}() | 1; }

    static std::optional<std::uint64_t> environment(const char* name) {
        const char* const text = std::getenv(name);
        if (text == nullptr) return std::nullopt;
        char* end = nullptr;
        const std::uint64_t value = std::strtoull(text, &end, 10);
        if (value == 0 || *end != '\0') {
            std::fprintf(stderr, "%s: '%s' is no positive number\n", name, text);
            std::exit(2);
        }
        return value;
    }

    template <typename Model>
    void run(const char* check, rl::test_params params, std::uint64_t seed) {
        std::ostream quiet(nullptr);
        params.progress_stream = &quiet;
        params.output_stream = &quiet;
        const auto start = std::chrono::steady_clock::now();
        const bool passed = rl::simulate<Model>(params);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        const std::uint64_t count = params.stop_iteration + 1 - (seed == 0 ? 1 : seed);
        std::printf(
            "{\"check\": \"%s.%s\", \"seed\": %llu, \"count\": %llu, \"failures\": %d, \"seconds\": %.2f}\n",
            program_, check, static_cast<unsigned long long>(seed), static_cast<unsigned long long>(count),
            passed ? 0 : 1, elapsed.count());
        std::fflush(stdout);
        if (passed) return;
        ++failure_count_;
        show_failure<Model>(check, params);
    }

    template <typename Model>
    void show_failure(const char* check, rl::test_params params) {
        std::fprintf(stderr, "%s.%s failed: %s\n", program_, check, rl::test_result_str(params.test_result));
        if (params.search_type == rl::sched_random)
            std::fprintf(stderr, "repeat it with MODEL_SEED=%llu MODEL_ITERATIONS=1\n",
                         static_cast<unsigned long long>(params.stop_iteration));
        params.initial_state = params.final_state;
        params.collect_history = true;
        params.output_stream = &std::cerr;
        rl::simulate<Model>(params);
    }

    const char* program_;
    int failure_count_ = 0;
};

}  // namespace prosa
