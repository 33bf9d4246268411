// core/stats/hdr_codec.hpp: histograms as bytes, in HdrHistogram's encodings V1 and V2.
//
// An encoding, all numbers big-endian: cookie u32 (which version, the size of a word), bytes of counts u32,
// index offset i32, digits i32, lowest i64, highest i64, ratio f64, then the counts in the layout's order up
// to the last one above 0. V2 writes each as a ZigZag LEB128 of at most 9 bytes, a negative number -n for n
// zeros in a row; V1 as words of 2, 4 or 8 bytes. Compressed: cookie u32, bytes u32, and the encoding in
// zlib's format. Source: HdrHistogram 2.1, AbstractHistogram and ZigZagEncoding.
//
// Threads   any.
// Errors    every input is taken as hostile: the status says what was expected and what was there. Memory is
//           bounded whatever the bytes say: 50 MB for the counters (5 digits over 63 bits), 60 MB beside
//           them.
// Proof     test/core/stats/hdr_codec_test.cpp; test/apps/prosa/report/hdr_tools_test.py, against others' tools
#pragma once

#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/stats/hdr_histogram.hpp"

namespace prosa {

// V2, compressed. What out_of_range_count says is not in it, the values are.
PROSA_API std::string encode_histogram(const HdrHistogram& histogram);

// V1 or V2, compressed or not. Histograms of floating-point values are refused.
PROSA_API absl::StatusOr<HdrHistogram> decode_histogram(std::string_view bytes);

}  // namespace prosa
