// Ten fields: FlatTvf write + validate + read against protobuf fill + serialise + parse + read, objects
// reused.
//
// protobuf also carries what its parse has to check (UTF-8 of proto3 strings). Each turn changes the fields.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>

#include "apps/prosa/bench/ten_fields.hpp"
#include "ten_fields.pb.h"

namespace {

using namespace prosa;
using prosa::bench::TenFields;

struct Slot {
    alignas(64) std::array<std::byte, 512> bytes{};
    BodyBuffer body{.data = bytes.data(), .capacity_bytes = 512};
};

void must_be_equal(std::uint64_t left, std::uint64_t right) {
    if (left != right) std::abort();
}

void flat_write(benchmark::State& state) {
    Slot slot;
    TenFields fields;
    for (auto _ : state) {
        ++fields.stan;
        benchmark::DoNotOptimize(bench::write_ten_fields(slot.body, fields));
        benchmark::ClobberMemory();
    }
    state.counters["bytes"] = slot.body.size_bytes;
}
BENCHMARK(flat_write);

void flat_validate(benchmark::State& state) {
    Slot slot;
    if (bench::write_ten_fields(slot.body, TenFields{}) != TvfError::none) std::abort();
    for (auto _ : state) {
        benchmark::DoNotOptimize(FlatTvfView::validate(slot.body.written()).ok());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(flat_validate);

void flat_read(benchmark::State& state) {
    Slot slot;
    if (bench::write_ten_fields(slot.body, TenFields{}) != TvfError::none) std::abort();
    for (auto _ : state) {
        benchmark::DoNotOptimize(bench::read_ten_fields(FlatTvfView::trusted(slot.body.written())));
        benchmark::ClobberMemory();
    }
}
BENCHMARK(flat_read);

void flat_write_validate_read(benchmark::State& state) {
    Slot slot;
    TenFields fields;
    for (auto _ : state) {
        ++fields.stan;
        if (bench::write_ten_fields(slot.body, fields) != TvfError::none) std::abort();
        benchmark::ClobberMemory();
        const auto view = FlatTvfView::validate(slot.body.written());
        if (!view.ok()) std::abort();
        must_be_equal(bench::read_ten_fields(*view).sum, bench::sum_of_fields(fields));
    }
}
BENCHMARK(flat_write_validate_read);

void fill(bench::pb::TenFields& message, const TenFields& fields) {
    message.mutable_pan()->assign(fields.pan);
    message.set_amount(fields.amount);
    message.set_sent_ns(fields.sent.ns_since_epoch);
    message.set_stan(fields.stan);
    message.set_expiry(static_cast<std::uint32_t>(flat::date_word(fields.expiry)));
    message.mutable_terminal()->assign(fields.terminal);
    message.mutable_merchant()->assign(fields.merchant);
    bench::pb::Place& place = *message.mutable_place();
    place.set_country(fields.nested_country);
    place.mutable_city()->assign(fields.nested_city);
    place.set_entry_mode(fields.nested_entry_mode);
    message.set_balance(fields.balance);
    message.set_rate(fields.rate);
}

std::uint64_t read(const bench::pb::TenFields& message) {
    const Date expiry = flat::date_of(message.expiry());
    const bench::pb::Place& place = message.place();
    return bench::sum_of_text(message.pan()) + message.amount() +
           static_cast<std::uint64_t>(message.sent_ns()) + message.stan() + expiry.year + expiry.month +
           expiry.day + bench::sum_of_text(message.terminal()) + bench::sum_of_text(message.merchant()) +
           place.country() + bench::sum_of_text(place.city()) + place.entry_mode() +
           static_cast<std::uint64_t>(message.balance()) + std::bit_cast<std::uint64_t>(message.rate());
}

void protobuf_fill_serialise_parse(benchmark::State& state) {
    Slot slot;
    TenFields fields;
    bench::pb::TenFields sent;
    bench::pb::TenFields received;
    for (auto _ : state) {
        ++fields.stan;
        fill(sent, fields);
        const std::size_t bytes = sent.ByteSizeLong();
        sent.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(slot.bytes.data()));
        benchmark::ClobberMemory();
        if (!received.ParseFromArray(slot.bytes.data(), static_cast<int>(bytes))) std::abort();
        must_be_equal(read(received), bench::sum_of_fields(fields));
    }
    state.counters["bytes"] = static_cast<double>(sent.ByteSizeLong());
}
BENCHMARK(protobuf_fill_serialise_parse);

}  // namespace

BENCHMARK_MAIN();
