// tvf/seen_tags.hpp: answers "is this tag new?" without a scan for nearly every message.
//
// Tags that ascend are new by that alone; others are looked up in 64 bits. A "maybe" costs the caller a scan.
#pragma once

#include <cstdint>

#include "tvf/tvf.hpp"

namespace prosa {

class SeenTags {
  public:
    // False: the tag was never added.
    bool maybe_contains(Tag tag) const noexcept { return tag < next_tag_ && (bloom_ >> (tag & 63) & 1) != 0; }

    void add(Tag tag) noexcept {
        bloom_ |= std::uint64_t{1} << (tag & 63);
        if (tag >= next_tag_) next_tag_ = std::uint64_t{tag} + 1;
    }

  private:
    std::uint64_t bloom_ = 0;
    std::uint64_t next_tag_ = 0;  // above the highest tag added
};

}  // namespace prosa
