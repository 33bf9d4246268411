// What passes between `prosa ctl` and an instance. The first byte chooses: a request as the server checks and
// takes it apart, or an answer as the client reads it.
#include <string>

#include "apps/prosa/control_request.hpp"
#include "core/control/control_protocol.hpp"
#include "test/fuzz/fuzz_input.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void read_request(std::string_view line) {
    if (!check_request(line).ok()) return;
    expect(line.find('\n') == std::string_view::npos, "a request is one line");
    const ControlRequest request(line);
    expect(lies_in(request.verb, line) && lies_in(request.argument, line),
           "a request is made of the line's words");
    const bool is_known = find_control_verb(request.verb) != nullptr;
    expect(is_known || !request.check().ok(), "an unknown verb is refused");
}

// Where the bytes were an answer, they are none with one byte more.
void read_answer(std::string_view bytes) {
    const auto answer = decode_answer(bytes);
    const auto shorter =
        decode_answer(bytes.substr(0, bytes.size() - std::min<std::size_t>(bytes.size(), 1)));
    if (!answer.ok() || !answer->has_value()) return;
    expect(shorter.ok() && !shorter->has_value(), "an answer is waited for to its last byte");
    const auto again = decode_answer(encode_answer(**answer));
    expect(again.ok() && again->has_value() && (*again)->text == (*answer)->text &&
               (*again)->is_ok == (*answer)->is_ok,
           "an answer reads back");
}

// Whatever an instance says arrives, and not before its last byte.
void carry_answer(bool is_ok, std::string_view text) {
    const std::string bytes = encode_answer({is_ok, std::string(text)});
    const auto answer = decode_answer(bytes);
    expect(answer.ok() && answer->has_value() && (*answer)->text == text && (*answer)->is_ok == is_ok,
           "an answer arrives");
    const auto cut = decode_answer(std::string_view(bytes).substr(0, bytes.size() - 1));
    expect(cut.ok() && !cut->has_value(), "an answer that is cut is waited for");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::FuzzInput input(data, size);
    const std::uint8_t choice = input.take<std::uint8_t>() % 4;
    if (choice == 0) read_request(input.rest());
    if (choice == 1) read_answer(input.rest());
    if (choice > 1) carry_answer(choice == 2, input.rest());
    return 0;
}
