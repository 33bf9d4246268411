#include "apps/prosa/convert/flat_messages.hpp"

namespace prosa::convert {
namespace {

// The length in a header, which is looked at before the rest is waited for.
absl::StatusOr<std::size_t> message_bytes_of(std::string_view header_bytes) {
    const std::uint64_t header = flat::load_word(reinterpret_cast<const std::byte*>(header_bytes.data()));
    if ((header & 0xffff) != flat::version_and_flags)
        return invalid_argument("FlatTvf header: version {} flags {}, expected version 1 flags 0",
                                header & 0xff, header >> 8 & 0xff);
    const std::uint32_t bytes = flat::message_bytes_of(header);
    if (bytes < flat::header_bytes || bytes > tvf_message_bytes_max || bytes % 8 != 0)
        return invalid_argument("FlatTvf header: says {} bytes, expected a multiple of 8 from {} to {}",
                                bytes, flat::header_bytes, tvf_message_bytes_max);
    return bytes;
}

absl::Status cut_short(std::size_t bytes, std::size_t expected_bytes) {
    return invalid_argument("FlatTvf: the input ends after {} bytes of the message, expected {}{}", bytes,
                            expected_bytes, bytes < flat::header_bytes ? " at least" : "");
}

}  // namespace

absl::StatusOr<std::optional<FlatTvf>> FlatMessages::next() {
    begin_byte_ = input_.place().byte;
    const auto has_header = wait_for(flat::header_bytes);
    if (!has_header.ok()) return has_header.status();
    if (input_.unread().empty()) return std::optional<FlatTvf>();
    if (!*has_header) return cut_short(input_.unread().size(), flat::header_bytes);
    const auto bytes = message_bytes_of(input_.unread());
    if (!bytes.ok()) return bytes.status();
    const auto is_whole = wait_for(*bytes);
    if (!is_whole.ok()) return is_whole.status();
    if (!*is_whole) return cut_short(input_.unread().size(), *bytes);
    const auto* const data = reinterpret_cast<const std::byte*>(input_.unread().data());
    auto message = FlatTvf::from_bytes({data, *bytes});
    if (!message.ok()) return message.status();
    input_.consume(*bytes);
    return std::optional<FlatTvf>(*std::move(message));
}

absl::StatusOr<bool> FlatMessages::wait_for(std::size_t bytes) {
    while (input_.unread().size() < bytes) {
        const auto is_more = input_.read_more();
        if (!is_more.ok() || !*is_more) return is_more;
    }
    return true;
}

}  // namespace prosa::convert
