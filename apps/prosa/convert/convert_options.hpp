// apps/prosa/convert/convert_options.hpp: the arguments of `prosa convert`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/prosa/convert/message_form.hpp"

namespace prosa::convert {

struct ConvertOptions {
    MessageForm from = MessageForm::json;
    MessageForm to = MessageForm::text;
    std::string dictionary = "iso8583";  // or `none`, or a file
    bool is_unmasked = false;
};

struct ConvertArguments {
    std::optional<ConvertOptions> options;  // nothing: the command ends with exit_code
    int exit_code = 0;
};

// Help goes to standard output, what is wrong to standard error.
ConvertArguments parse_convert_arguments(std::vector<std::string> arguments);

}  // namespace prosa::convert
