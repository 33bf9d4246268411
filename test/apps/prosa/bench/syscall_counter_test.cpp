#include "apps/prosa/bench/syscall_counter.hpp"

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/status.hpp"

namespace prosa::bench {
namespace {

constexpr const char* counted_program = PROSA_COUNTED_PROGRAM;

TEST_CASE("system calls are counted between the marks, on the marked threads, and no others") {
    const auto counted = count_syscalls(counted_program, {"7"});
    if (absl::IsPermissionDenied(counted.status())) {
        MESSAGE("this system lets no program trace another");
        return;
    }
    REQUIRE_MESSAGE(counted.ok(), message_of(counted.status()));
    CHECK(counted->output == "done\n");
    CHECK(counted->was_measured);
    CHECK(counted->thread_count == 1);
    CHECK(counted->count == 7);
    CHECK(counted->by_number == std::map<std::uint64_t, std::uint64_t>{{SYS_getppid, 7}});
}

TEST_CASE("a program that is not there is an error that names it") {
    const auto counted = count_syscalls("/nowhere/program", {});
    REQUIRE_FALSE(counted.ok());
    CHECK(message_of(counted.status()).find("/nowhere/program") != std::string::npos);
}

}  // namespace
}  // namespace prosa::bench
