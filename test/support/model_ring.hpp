// test/support/model_ring.hpp: the slots of a shipped SlotRing that runs under relacy, with plain data in
// them.
#pragma once

#include "test/support/relacy_atomic.hpp"

#include <cstddef>
#include <cstdint>
#include <new>

#include "core/ring/slot_ring.hpp"

namespace prosa {

using ModelRing = SlotRing<OwnedAtomic>;
// What the claimer writes behind the sequence word; relacy sees each access that races.
using RingContent = ModelVar<unsigned>;

constexpr std::uint32_t model_slot_bytes = 128;
static_assert(sizeof(ModelRing::Sequence) + sizeof(RingContent) <= model_slot_bytes);

inline RingContent& content(const std::byte* slot) {
    return *std::launder(
        reinterpret_cast<RingContent*>(const_cast<std::byte*>(slot) + sizeof(ModelRing::Sequence)));
}

// Keeps a content in each slot of a ring, for as long as it lives.
class RingContents {
  public:
    explicit RingContents(ModelRing& ring) : ring_(ring) {
        for (std::uint32_t i = 0; i < ring_.capacity_slots(); ++i)
            new (&content(ring_.ahead(i))) RingContent(0);
    }
    ~RingContents() {
        for (std::uint32_t i = 0; i < ring_.capacity_slots(); ++i) content(ring_.ahead(i)).~RingContent();
    }
    RingContents(const RingContents&) = delete;
    RingContents& operator=(const RingContents&) = delete;

  private:
    ModelRing& ring_;
};

}  // namespace prosa
