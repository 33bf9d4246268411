// tvf/tvf_listing.hpp: a TVF for people: one field a line, with tag, name, type and value.
//
//      2  pan     string    "378282*****9678"
//      4  amount  unsigned  10714
//     55          buffer    1 field
//         1       string    "x"
//
// Values are written as in JSON, so that no control character reaches a terminal. Columns are aligned for
// each level.
//
// Exposure  as in tvf_json.hpp; a nested TVF that is sensitive is hidden as a whole.
// Threads   one. Not for the path of a transaction.
#pragma once

#include <string>

#include "core/base/export.hpp"
#include "tvf/flat_tvf_view.hpp"
#include "tvf/json_values.hpp"

namespace prosa {

// Ends in \n; empty for an empty TVF. Each line begins with `indent_columns` spaces.
PROSA_API std::string listing_text(const FlatTvfView& view, const TagDictionary& dictionary,
                                   Exposure exposure, std::size_t indent_columns = 2);

}  // namespace prosa
