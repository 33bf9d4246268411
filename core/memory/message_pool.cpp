#include "core/memory/message_pool.hpp"

#include <mimalloc.h>

#include <new>

#include "core/base/huge_pages.hpp"

namespace prosa {
namespace {

std::uint32_t whole_lines(std::uint32_t bytes) noexcept {
    constexpr auto line = static_cast<std::uint32_t>(cache_line_bytes);
    return (bytes + line - 1) / line * line;
}

}  // namespace

MessagePool::MessagePool(ReactorId owner, std::uint32_t block_bytes, std::uint32_t capacity_blocks)
    : block_bytes_(whole_lines(block_bytes)), capacity_(capacity_blocks), owner_(owner) {
    PROSA_ASSERT(block_bytes > sizeof(MessageBlock), "a block has a payload");
    const std::size_t alignment = memory_bytes() < huge_page_bytes ? no_sharing_bytes : huge_page_bytes;
    memory_ = static_cast<std::byte*>(mi_malloc_aligned(memory_bytes() + cache_line_bytes, alignment));
    if (memory_ == nullptr) throw std::bad_alloc();
    prefer_huge_pages(memory_, memory_bytes());
}

MessagePool::~MessagePool() {
    unpoison(memory_, memory_bytes());
    mi_free(memory_);
}

MessageBlock* MessagePool::carve() noexcept {
    if (carved_ == capacity_) return nullptr;
    std::byte* const place = memory_ + std::size_t{carved_++} * block_bytes_;
    return new (place) MessageBlock{nullptr, this, payload_bytes(), owner_, ReactorId{}};
}

}  // namespace prosa
