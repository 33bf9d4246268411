// test/simulation/event_log.hpp: everything that happens under one seed, as a hash, and as text when asked.
//
// Two runs of a seed that differ in one event have different hashes. Nothing that differs between machines
// goes in: no pointer, no thread, no clock.
//
// Cost      a multiplication for each word while there is no file.
#pragma once

#include <cstdint>
#include <cstdio>

namespace prosa::simulation {

enum class Event : std::uint8_t {
    episode,  // its number, reactors
    turn,     // who, time
    jump,     // to the time
    send,     // party, number, body bytes
    refusal,  // party, number, error
    arrival,  // processor, number, deadline
    answer,   // number, error, body bytes
    outcome,  // number, error, body bytes
    abandon,  // party, number
    begin,    // processor, incarnation
    end,      // processor, incarnation
    table,    // processor
    timer,    // processor, token
    fault,    // which, about what
    operate,  // which, about what
    rest,     // table version
    ended,    // time
};

inline const char* name_of(Event event) noexcept {
    constexpr const char* names[] = {"episode", "turn",    "jump",    "send",  "refusal", "arrival",
                                     "answer",  "outcome", "abandon", "begin", "end",     "table",
                                     "timer",   "fault",   "operate", "rest",  "ended"};
    return names[static_cast<std::size_t>(event)];
}

class EventLog {
  public:
    // `text` may be null; else it gets a line for each event and outlives the log.
    explicit EventLog(std::FILE* text = nullptr) noexcept : text_(text) {}

    void add(Event event, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0) noexcept {
        mix(static_cast<std::uint64_t>(event));
        mix(a);
        mix(b);
        mix(c);
        ++count_;
        if (text_ != nullptr) [[unlikely]]
            std::fprintf(text_, "%llu %s %llu %llu %llu\n", wide(count_), name_of(event), wide(a), wide(b),
                         wide(c));
    }

    std::uint64_t hash() const noexcept { return hash_; }
    std::uint64_t count() const noexcept { return count_; }

  private:
    static unsigned long long wide(std::uint64_t word) noexcept { return word; }

    // FNV-1a, a word at a time; the shift brings the upper bits down, which a product alone never does.
    void mix(std::uint64_t word) noexcept {
        hash_ = (hash_ ^ word) * 0x0000'0100'0000'01B3ULL;
        hash_ ^= hash_ >> 32;
    }

    std::FILE* text_;
    std::uint64_t hash_ = 0xCBF2'9CE4'8422'2325ULL;
    std::uint64_t count_ = 0;
};

}  // namespace prosa::simulation
