#include "core/stats/zlib_stream.hpp"

#include <algorithm>

#include "core/base/assert.hpp"

namespace prosa {

std::string zlib_compress(std::string_view bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::string compressed(size, '\0');
    const int result =
        compress(reinterpret_cast<Bytef*>(compressed.data()), &size,
                 reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()));
    PROSA_ASSERT(result == Z_OK, "a buffer of compressBound bytes is large enough");
    compressed.resize(size);
    return compressed;
}

ZlibReader::ZlibReader(std::string_view compressed) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(compressed.size());
    state_ = inflateInit(&stream_);
}

ZlibReader::~ZlibReader() { inflateEnd(&stream_); }

absl::StatusOr<std::string> ZlibReader::read(std::size_t bytes) {
    constexpr std::size_t step_bytes = 1 << 16;  // a short text that promises much gets no large buffer
    std::string text;
    while (text.size() < bytes && state_ == Z_OK) {
        const std::size_t before = text.size();
        text.resize(std::min(bytes, before + step_bytes));
        stream_.next_out = reinterpret_cast<Bytef*>(text.data() + before);
        stream_.avail_out = static_cast<uInt>(text.size() - before);
        state_ = inflate(&stream_, Z_NO_FLUSH);
        text.resize(text.size() - stream_.avail_out);
    }
    if (text.size() == bytes) return text;
    if (state_ == Z_STREAM_END || state_ == Z_BUF_ERROR)
        return invalid_argument("expected {} more compressed bytes, got {}", bytes, text.size());
    return invalid_argument("the compressed bytes are broken: {}",
                            stream_.msg == nullptr ? zError(state_) : stream_.msg);
}

absl::Status ZlibReader::finish() {
    Bytef beyond = 0;
    while (state_ == Z_OK) {
        stream_.next_out = &beyond;
        stream_.avail_out = 1;
        state_ = inflate(&stream_, Z_FINISH);
        if (stream_.avail_out == 0) return invalid_argument("more compressed bytes than the header says");
    }
    if (state_ == Z_STREAM_END) return absl::OkStatus();
    return invalid_argument("the compressed bytes do not end as they should: {}",
                            stream_.msg == nullptr ? zError(state_) : stream_.msg);
}

}  // namespace prosa
