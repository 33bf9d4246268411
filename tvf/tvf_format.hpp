// tvf/tvf_format.hpp: lets fmt and the log print a TVF without its values.
//
// A TVF alone does not know what is sensitive, so printing one shows its size only. Values, masked by a
// dictionary, come from masked_text (tvf/tvf_json.hpp).
#pragma once

#include <fmt/format.h>

#include "tvf/flat_tvf.hpp"
#include "tvf/simple_string_tvf.hpp"

namespace prosa {

// "FlatTvf(10 fields, 240 bytes)".
template <typename View>
struct SizeFormatter {
    constexpr auto parse(fmt::format_parse_context& context) const { return context.begin(); }
    auto format(const View& view, fmt::format_context& context) const {
        return fmt::format_to(context.out(), "{}({} fields, {} bytes)", View::type_name, view.size(),
                              view.bytes().size());
    }
};

}  // namespace prosa

template <>
struct fmt::formatter<prosa::FlatTvfView> : prosa::SizeFormatter<prosa::FlatTvfView> {};

template <>
struct fmt::formatter<prosa::SimpleStringTvfView> : prosa::SizeFormatter<prosa::SimpleStringTvfView> {};

template <typename Writer>
struct fmt::formatter<prosa::OwnedTvf<Writer>> : prosa::SizeFormatter<typename Writer::View> {
    auto format(const prosa::OwnedTvf<Writer>& tvf, fmt::format_context& context) const {
        return prosa::SizeFormatter<typename Writer::View>::format(tvf.view(), context);
    }
};
