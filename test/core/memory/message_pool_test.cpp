#include "core/memory/message_pool.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "core/base/huge_pages.hpp"
#include "core/memory/message.hpp"

namespace prosa {
namespace {

TEST_CASE("a pool gives each of its blocks once, and none when all are out") {
    MessagePool pool(ReactorId{3}, 300, 5);
    std::set<MessageBlock*> taken;
    while (MessageBlock* const block = pool.try_take()) {
        CHECK(taken.insert(block).second);
        CHECK(block->pool == &pool);
        CHECK(block->owner == ReactorId{3});
        CHECK(block->capacity_bytes == pool.payload_bytes());
        std::memset(block->payload(), 0x5a, block->capacity_bytes);
    }
    CHECK(taken.size() == 5);
    CHECK(pool.taken_blocks() == 5);
    for (MessageBlock* const block : taken) pool.put(block);
    CHECK(pool.taken_blocks() == 0);
}

TEST_CASE("blocks are whole lines and start on one") {
    MessagePool pool(ReactorId{0}, 300, 2);
    CHECK(pool.payload_bytes() == 320 - sizeof(MessageBlock));
    CHECK(pool.memory_bytes() == 640);
    MessageBlock* const block = pool.try_take();
    CHECK(reinterpret_cast<std::uintptr_t>(block) % cache_line_bytes == 0);
    pool.put(block);
}

TEST_CASE("a pool that is large enough for huge pages starts on one") {
    MessagePool pool(ReactorId{0}, 4096, 1024);
    MessageBlock* const block = pool.try_take();
    CHECK(reinterpret_cast<std::uintptr_t>(block) % huge_page_bytes == 0);
    pool.put(block);
}

TEST_CASE("the block that came back last leaves first") {
    MessagePool pool(ReactorId{0}, 256, 3);
    MessageBlock* const first = pool.try_take();
    MessageBlock* const second = pool.try_take();
    pool.put(second);
    pool.put(first);
    CHECK(pool.try_take() == first);
    CHECK(pool.try_take() == second);
    pool.put(first);
    pool.put(second);
}

TEST_CASE("a mailbox takes one chain at a time, and gives it whole") {
    MessagePool pool(ReactorId{0}, 256, 3);
    MessageBlock* const a = pool.try_take();
    MessageBlock* const b = pool.try_take();
    MessageBlock* const c = pool.try_take();
    a->next = b;
    b->next = nullptr;
    c->next = nullptr;
    HomewardMailbox<> mailbox;
    CHECK(mailbox.take() == nullptr);
    CHECK(mailbox.try_send(a));
    CHECK_FALSE(mailbox.try_send(c));
    CHECK(mailbox.take() == a);
    CHECK(mailbox.try_send(c));
    MessagePool::put_chain(a);
    CHECK(pool.taken_blocks() == 1);
    MessagePool::put_chain(mailbox.take());
    MessagePool::put_chain(nullptr);
    CHECK(pool.taken_blocks() == 0);
}

struct Buffer {
    alignas(8) std::byte bytes[256]{};
    MessageHeader& header = *new (bytes) MessageHeader{};
};

TEST_CASE("a message's parts lie where its flags say") {
    MessagePool pool(ReactorId{0}, 512, 1);
    for (const bool correlated : {false, true})
        for (const bool in_block : {false, true}) {
            Buffer buffer;
            buffer.header.id = 77;
            buffer.header.body_bytes = 5;
            std::byte* behind = area_of(buffer.header);
            if (correlated) {
                const RequestId correlation = 4711;
                buffer.header.flags |= has_correlation;
                std::memcpy(behind, &correlation, sizeof correlation);
                behind += correlation_bytes;
            }
            MessageBlock* const block = in_block ? pool.try_take() : nullptr;
            if (in_block) {
                buffer.header.flags |= body_in_block;
                std::memcpy(behind, &block, sizeof block);
            }
            std::memcpy(in_block ? block->payload() : behind, "hello", 5);
            CHECK(correlation_of(buffer.header) == (correlated ? 4711 : 77));
            CHECK(body_block_of(buffer.header) == block);
            CHECK(message_bytes(buffer.header) == 40 + (correlated ? 8 : 0) + (in_block ? 8 : 5));

            Buffer moved;
            moved.header.sequence = 9;
            copy_message(moved.header, buffer.header);
            CHECK(moved.header.sequence == 9);  // the ring's
            CHECK(moved.header.id == 77);
            const auto body = body_of(moved.header);
            CHECK(std::string(reinterpret_cast<const char*>(body.data()), body.size()) == "hello");
            if (block != nullptr) pool.put(block);
        }
}

#ifdef PROSA_POISONS
TEST_CASE("a sanitizer build ends a program that reads a block it gave back") {
    const pid_t child = fork();
    if (child == 0) {
        MessagePool pool(ReactorId{0}, 256, 1);
        MessageBlock* const block = pool.try_take();
        block->payload()[0] = std::byte{1};
        pool.put(block);
        close(STDERR_FILENO);
        const volatile std::byte* const dead = block->payload();
        _exit(dead[0] == std::byte{1} ? 41 : 42);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    const bool ended_by_itself =
        WIFEXITED(status) && (WEXITSTATUS(status) == 41 || WEXITSTATUS(status) == 42);
    CHECK_FALSE(ended_by_itself);
}
#endif

}  // namespace
}  // namespace prosa
