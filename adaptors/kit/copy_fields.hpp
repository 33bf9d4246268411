// adaptors/kit/copy_fields.hpp: starts a message with fields of another one.
//
// Both return the writer to go on with; errors stick in it.
// Threads   one.  Cost: copy_all_fields one copy of the bytes; copy_fields O(fields).
#pragma once

#include <vector>

#include "core/base/export.hpp"
#include "tvf/flat_tvf_writer.hpp"

namespace prosa {

// `from` lies elsewhere than `to`.
PROSA_API FlatTvfWriter copy_all_fields(const FlatTvfView& from, BodyBuffer& to);

// Those that are there, in this order.
PROSA_API FlatTvfWriter copy_fields(const FlatTvfView& from, const std::vector<Tag>& tags, BodyBuffer& to);

}  // namespace prosa
