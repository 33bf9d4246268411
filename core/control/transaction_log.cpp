#include "core/control/transaction_log.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

#include "core/base/log.hpp"
#include "core/bus/service_directory.hpp"
#include "core/control/reference_text.hpp"

namespace prosa {
namespace {

constexpr std::chrono::milliseconds flush_interval{20};
constexpr std::uint32_t last_attempts_max = 50;  // to write what is left at the end, when memory is short
constexpr unsigned id_counter_bits = 54;         // RequestId: the requester's reactor stands above

class RingSink final : public TransactionSink {
  public:
    explicit RingSink(std::shared_ptr<TransactionRing> ring) : ring_(std::move(ring)) {}
    ~RingSink() override { ring_->ring.close(); }

    void on_end(const TransactionRecord& record) noexcept override {
        std::byte* const slot = ring_->ring.records.try_claim();
        if (slot == nullptr) [[unlikely]] {
            ring_->dropped.add();
            return;
        }
        std::memcpy(slot + TransactionRing::record_offset, &record, sizeof record);
        ring_->ring.records.publish();
    }

  private:
    const std::shared_ptr<TransactionRing> ring_;
};

std::string utc_text(Nanos wall_ns) {
    const std::time_t seconds = wall_ns / ns_per_s;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, wall_ns % ns_per_s);
}

// A name must not end its field, nor its line.
std::string field_text(std::string_view name) {
    std::string text(name);
    for (char& c : text)
        if ((c >= 0 && c <= ' ') || c == '>' || c == '"' || c == 0x7f) c = '_';
    return text;
}

}  // namespace

absl::StatusOr<std::shared_ptr<TransactionLog>> TransactionLog::create(TransactionLogOptions options) try {
    std::shared_ptr<TransactionLog> log(new TransactionLog(std::move(options)));
    if (const absl::Status opened = log->file_.open(); !opened.ok()) return opened;
    log->thread_ = std::thread([raw = log.get()] { raw->run(); });
    return log;
} catch (const std::system_error& error) {
    return make_error(absl::StatusCode::kResourceExhausted, "no thread for the log of transactions: {}",
                      error.what());
} catch (const std::bad_alloc&) {
    return make_error(absl::StatusCode::kResourceExhausted, "no memory for the log of transactions");
}

TransactionLog::TransactionLog(TransactionLogOptions options)
    : options_(std::move(options)), file_(options_.path, options_.max_bytes, options_.files) {}

TransactionLog::~TransactionLog() { close(); }

void TransactionLog::begin(std::shared_ptr<const ServiceDirectory> services) {
    const std::scoped_lock lock(mutex_);
    PROSA_ASSERT(services_ == nullptr, "a log belongs to one instance");
    services_ = std::move(services);
}

void TransactionLog::name_processor(ProcessorId id, std::string_view name) {
    const std::scoped_lock lock(mutex_);
    processor_names_[id] = field_text(name);
}

std::unique_ptr<TransactionSink> TransactionLog::open() {
    auto ring = std::make_shared<TransactionRing>(options_.ring_slots);
    auto sink = std::make_unique<RingSink>(ring);
    const std::scoped_lock lock(mutex_);
    rings_.push_back(std::move(ring));
    return sink;
}

void TransactionLog::close() {
    {
        const std::scoped_lock lock(mutex_);
        must_stop_ = true;
    }
    must_stop_changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

TransactionLogCounts TransactionLog::counts() const {
    const std::scoped_lock lock(mutex_);
    TransactionLogCounts counts;
    counts.written = written_.load(std::memory_order_relaxed);
    counts.dropped = lost_.load(std::memory_order_relaxed) + given_up_ + dropped_by_gone_rings_;
    for (const auto& ring : rings_) counts.dropped += ring->dropped.value();
    return counts;
}

void TransactionLog::run() {
    pthread_setname_np(pthread_self(), "prosa-txlog");
    for (std::uint32_t attempts_left = last_attempts_max; attempts_left != 0;) {
        bool is_last = false;
        {
            std::unique_lock lock(mutex_);
            is_last = must_stop_changed_.wait_for(lock, flush_interval, [this] { return must_stop_; });
        }
        const bool is_drained = try_drain();
        if (!is_last) continue;
        if (is_drained) return;
        if (--attempts_left != 0) std::this_thread::sleep_for(flush_interval);
    }
    give_up();
}

// Without memory, what was not written stays in its ring for the next round.
bool TransactionLog::try_drain() noexcept try {
    drain();
    lacks_memory_ = false;
    return true;
} catch (const std::bad_alloc&) {
    if (!std::exchange(lacks_memory_, true)) log().error("transaction log: out of memory, it is late");
    return false;
}

// No memory came for what is left in the rings; lines that were made before can still be written.
void TransactionLog::give_up() noexcept {
    file_.flush();
    publish_counts();
    const std::scoped_lock lock(mutex_);
    for (const auto& ring : rings_)
        (void)ring->ring.drain(options_.ring_slots, [this](const std::byte*) { ++given_up_; });
    log().error("transaction log: out of memory; requests that are not in it: {}", given_up_);
}

void TransactionLog::drain() {
    std::vector<std::shared_ptr<TransactionRing>> rings;
    {
        const std::scoped_lock lock(mutex_);
        rings = rings_;
    }
    const Nanos wall_offset_ns = wall_now_ns() - monotonic_now_ns();
    for (const auto& ring : rings) {
        // At most a ring's worth, so that a busy one does not hold up the others.
        const bool has_ended = ring->ring.drain(options_.ring_slots, [&](const std::byte* slot) {
            TransactionRecord record;
            std::memcpy(&record, slot + TransactionRing::record_offset, sizeof record);
            write(record, wall_offset_ns);
        });
        if (!has_ended) continue;
        const std::scoped_lock lock(mutex_);
        dropped_by_gone_rings_ += ring->dropped.value();
        std::erase(rings_, ring);
    }
    file_.flush();
    publish_counts();
}

void TransactionLog::publish_counts() noexcept {
    written_.store(file_.written_lines(), std::memory_order_relaxed);
    lost_.store(file_.lost_lines(), std::memory_order_relaxed);
    const bool fails = !file_.status().ok();
    if (fails && !has_failed_) log().error("transaction log: {}", to_std(file_.status().message()));
    if (!fails && has_failed_) log().warn("transaction log: {} can be written again", options_.path);
    has_failed_ = fails;
}

void TransactionLog::write(const TransactionRecord& record, Nanos wall_offset_ns) {
    const RequestId correlation = record.correlation != 0 ? record.correlation : record.id;
    std::string line =
        fmt::format("{} id={} correlation={} route={}>{}>{} outcome={} latency_ns={}",
                    utc_text(record.sent_ns + wall_offset_ns), record.id, correlation, requester_name(record),
                    service_name(record.service), processor_name(record.provider.processor),
                    record.is_abandoned ? "abandoned" : name_of(record.outcome), record.latency_ns);
    if (options_.reference && record.reference.bytes != 0)
        line += fmt::format(" reference=\"{}\"", reference_text(record.reference));
    line += '\n';
    file_.append(line);
}

std::string TransactionLog::requester_name(const TransactionRecord& record) const {
    if (record.requester.processor == main_processor_id)
        return fmt::format("client-{}", record.id >> id_counter_bits);
    return processor_name(record.requester.processor);
}

std::string TransactionLog::processor_name(ProcessorId id) const {
    const std::scoped_lock lock(mutex_);
    const auto known = processor_names_.find(id);
    return known != processor_names_.end() ? known->second : std::to_string(value_of(id));
}

const std::string& TransactionLog::service_name(ServiceHandle service) {
    const std::size_t at = value_of(service);
    if (at >= service_names_.size()) service_names_.resize(at + 1);
    std::string& name = service_names_[at];
    if (name.empty()) name = field_text(services_->name_of(service));
    return name;
}

}  // namespace prosa
