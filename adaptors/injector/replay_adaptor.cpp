#include "adaptors/injector/replay_adaptor.hpp"

#include <cstring>
#include <span>

#include "tvf/calendar.hpp"

namespace prosa {
namespace {

constexpr std::size_t stan_digits = 6;

// Decimal, right-aligned, with zeros in front.
void write_digits(std::span<char> to, std::uint32_t number) noexcept {
    for (auto digit = to.rbegin(); digit != to.rend(); ++digit, number /= 10)
        *digit = static_cast<char>('0' + number % 10);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReplayAdaptor>> ReplayAdaptor::create(const Options& options,
                                                                     AdaptorContext& context) {
    if (options.file == nullptr)
        return make_error(absl::StatusCode::kFailedPrecondition, "a replay needs a file of transactions");
    const ShardInfo& shard = context.bus.info();
    return std::make_unique<ReplayAdaptor>(options, value_of(shard.queue), shard.shard_count);
}

ReplayAdaptor::ReplayAdaptor(const Options& options, std::size_t first, std::size_t stride)
    : options_(options), index_(first % options.file->size()), stride_(stride) {}

BuildResult ReplayAdaptor::build_transaction(BodyBuffer& body) {
    const TransactionFile::Transaction& transaction = options_.file->at(index_);
    index_ = (index_ + stride_) % options_.file->size();
    if (!body.reserve(transaction.bytes)) return BuildResult::skipped;
    std::memcpy(body.data, options_.file->body(transaction).data(), transaction.bytes);
    body.size_bytes = transaction.bytes;
    reference_ = {};
    if (transaction.stan_offset != TransactionFile::nowhere) {
        char* const stan = reinterpret_cast<char*>(body.data + transaction.stan_offset);
        if (options_.refreshes_stan) write_digits({stan, stan_digits}, stan_ = stan_ % 999'999 + 1);
        reference_ = {stan, stan_digits};
    }
    if (options_.refreshes_time && transaction.time_offset != TransactionFile::nowhere)
        refresh_time(body.data + transaction.time_offset);
    return BuildResult::built;
}

void ReplayAdaptor::refresh_time(std::byte* digits) noexcept {
    const Nanos wall_ns = wall_now_ns();
    if (wall_ns / ns_per_s != second_) {
        second_ = wall_ns / ns_per_s;
        const CivilTime now = DateTime{wall_ns}.civil();
        const std::array<std::uint32_t, 5> parts{now.date.month, now.date.day, now.hour, now.minute,
                                                 now.second};
        for (std::size_t i = 0; i < parts.size(); ++i)
            write_digits(std::span(time_digits_).subspan(2 * i, 2), parts[i]);
    }
    std::memcpy(digits, time_digits_.data(), time_digits_.size());
}

}  // namespace prosa
