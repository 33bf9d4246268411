// core/bus/transaction_sink.hpp: where the end of each request is told, for a log of transactions.
//
// Threads   TransactionSink: its requester's.  TransactionJournal: any.
// Cost      nothing but one branch per request while an instance has no journal; with one, a copy of the record.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/ids.hpp"
#include "core/base/service_error.hpp"

namespace prosa {

class ServiceDirectory;

// What an adaptor says about a request, to find it again: a trace number, never the message. Not terminated.
struct TransactionReference {
    static constexpr std::size_t bytes_max = 32;
    std::array<char, bytes_max> text;
    std::uint8_t bytes;
    bool is_cut;  // it was longer
};

// One accepted request that has ended.
struct TransactionRecord {
    RequestId id;
    RequestId correlation;  // the request that caused this one; 0: none
    Nanos sent_ns;          // monotonic
    Nanos latency_ns;
    ProviderId requester;  // processor 0: a client of the embedding program
    ProviderId provider;
    ServiceHandle service;
    ServiceError outcome;
    bool is_abandoned;  // its sender ended before the outcome
    TransactionReference reference;
};

class TransactionSink {
  public:
    virtual ~TransactionSink() = default;
    // On the path of a transaction: no lock, no system call, no allocation.
    virtual void on_end(const TransactionRecord& record) noexcept = 0;
};

class TransactionJournal {
  public:
    virtual ~TransactionJournal() = default;
    // Once, before any sink is opened: an instance begins to use it.
    virtual void begin(std::shared_ptr<const ServiceDirectory> services) = 0;
    // Before the processor's first request.
    virtual void name_processor(ProcessorId id, std::string_view name) = 0;
    // One for each requester.
    virtual std::unique_ptr<TransactionSink> open() = 0;
};

}  // namespace prosa
