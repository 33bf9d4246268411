// core/stats/zlib_stream.hpp: zlib's compression, the way the histogram codec needs it.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

#include "core/base/status.hpp"

namespace prosa {

// In zlib's format (RFC 1950), at its default level.
std::string zlib_compress(std::string_view bytes);

// Takes a compressed text apart, as much at a time as its reader is ready to hold.
class ZlibReader {
  public:
    // The text outlives it.
    explicit ZlibReader(std::string_view compressed);
    ~ZlibReader();
    ZlibReader(const ZlibReader&) = delete;
    ZlibReader& operator=(const ZlibReader&) = delete;

    // Exactly so many bytes. Error: the text is broken, or holds fewer.
    absl::StatusOr<std::string> read(std::size_t bytes);

    // Nothing but the checksum is left, and it is right. Error otherwise.
    absl::Status finish();

  private:
    z_stream stream_{};
    int state_ = Z_OK;
};

}  // namespace prosa
