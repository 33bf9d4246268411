// Files of transactions: what is read are well-formed messages, and offsets that lie in them.
#include <sstream>

#include "adaptors/injector/transaction_file.hpp"
#include "test/fuzz/fuzz_input.hpp"
#include "tvf/flat_tvf.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

void expect_inside(std::uint32_t offset, std::uint32_t bytes, std::uint32_t body_bytes) {
    expect(offset == TransactionFile::nowhere || offset + bytes <= body_bytes, "an offset lies in its body");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
    SettingsErrors errors;
    const auto transactions = TransactionFile::read(lines, "fuzz.jsonl", BrokenLine::stop, 4096, errors);
    expect((transactions == nullptr) != errors.empty(), "a file is read, or it is said why not");
    if (transactions == nullptr) return 0;
    for (std::size_t i = 0; i < transactions->size(); ++i) {
        const TransactionFile::Transaction& transaction = transactions->at(i);
        expect(FlatTvfView::validate(transactions->body(transaction)).ok(), "a body is well-formed");
        expect_inside(transaction.stan_offset, 6, transaction.bytes);
        expect_inside(transaction.time_offset, 10, transaction.bytes);
    }
    const Timeline& timeline = transactions->timeline();
    expect(timeline == nullptr || timeline->size() == transactions->size(), "all have a time, or none");
    return 0;
}
