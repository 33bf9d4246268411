// tvf/flat_tvf.hpp: the binary TVF. FlatTvfView reads, FlatTvfWriter writes, FlatTvf owns.
//
// Format    tvf/flat_format.hpp, byte by byte
// Cost      bench/tvf/flat_tvf_bench.cpp: ten fields written, validated and read against protobuf
// Proof     test/tvf/{flat_tvf,tvf_conformance,flat_tvf_hostile}_test.cpp
#pragma once

#include "tvf/flat_tvf_view.hpp"
#include "tvf/flat_tvf_writer.hpp"
#include "tvf/owned_tvf.hpp"

namespace prosa {

using FlatTvf = OwnedTvf<FlatTvfWriter>;

}  // namespace prosa
