// The shipped SnapshotCell under relacy: a writer that publishes, readers that refresh, leave, join and hang.
//
// Forbids   a snapshot read after its deletion, half built, or without an order before its deletion (its death
//           writes what readers read; relacy hands freed addresses out again); a snapshot never freed; a reader
//           that moves backwards, or does not have after a refresh what it knew to be published; more pinned
//           snapshots than slots; a slot that two readers write unordered.
// Caught    each of these, made weaker alone: the four seq_cst operations of [announce] as acquire, release or
//           acq_rel; the release store of leave ([release]); the release store and the acquire exchange of
//           [slot]. So are a refresh that does not announce, or does not look again, and a leave that gives its
//           slot back before it ends its announcement.
// Survives  The acquire load of refresh as relaxed: a pointer that it finds changed is loaded again, seq_cst, by
//           announce, and one that it finds unchanged was. The acquire load of the destructor as relaxed: it
//           serves an assertion, after the readers' threads were joined.
#include "test/support/model_run.hpp"

#include <memory>

#include "core/rcu/snapshot_cell.hpp"

namespace prosa {
namespace {

// Its death writes what readers read: one that nothing orders before it is a data race.
struct Snapshot {
    explicit Snapshot(unsigned number) : version(number) {}
    ~Snapshot() { version.set(0); }
    ModelVar<unsigned> version;
};

using Cell = SnapshotCell<Snapshot, OwnedAtomic>;

// Thread 0 publishes versions 2, 3, ...; the others are readers.
template <typename Model, unsigned reader_count, unsigned slot_count, unsigned publication_count>
struct CellModel : rl::test_suite<Model, reader_count + 1> {
    CellModel() : cell(slot_count, std::make_unique<const Snapshot>(1)) {}

    void thread(unsigned index) {
        if (index == 0) return publish();
        static_cast<Model&>(*this).read();
    }

    void publish() {
        for (unsigned version = 2; version < 2 + publication_count; ++version) {
            cell.publish(std::make_unique<const Snapshot>(version));
            published.store(version, std::memory_order_release);
            model_require(cell.pinned_count() <= slot_count, "a reader pins one snapshot");
        }
    }

    void after() {
        model_require(cell.reclaim() == 0, "nothing stays pinned without readers");
        model_require(cell.newest().version.get() == publication_count + 1, "the newest stays");
    }

    Cell cell;
    ModelAtomic<unsigned> published{1};
};

// What a reader last saw.
class View {
  public:
    void look(const Cell::Reader& reader) {
        const unsigned version = reader.current()->version.get();
        model_require(version >= seen_, "a reader does not move backwards");
        seen_ = version;
    }

  private:
    unsigned seen_ = 1;
};

// Readers that refresh, look at what they have more than once, and stay for the next publications.
template <unsigned reader_count, unsigned publication_count, unsigned turn_count>
struct Refreshing : CellModel<Refreshing<reader_count, publication_count, turn_count>, reader_count,
                              reader_count, publication_count> {
    void read() {
        View view;
        Cell::Reader reader = this->cell.join();
        model_require(reader.joined(), "there is a slot for each");
        for (unsigned turn = 0; turn < turn_count; ++turn) {
            view.look(reader);
            const unsigned known = this->published.load(std::memory_order_acquire);
            reader.refresh();
            view.look(reader);
            model_require(reader.current()->version.get() >= known, "a refresh brings what was published");
        }
    }
};

// Readers that leave and join again, more of them than slots: a slot goes from one to another.
template <unsigned reader_count, unsigned publication_count, unsigned turn_count>
struct Rejoining
    : CellModel<Rejoining<reader_count, publication_count, turn_count>, reader_count, 1, publication_count> {
    void read() {
        View view;
        for (unsigned turn = 0; turn < turn_count; ++turn) {
            Cell::Reader reader = this->cell.join();
            if (!reader.joined()) continue;
            view.look(reader);
            if (rl::rand(2) == 0) {
                reader.refresh();
                view.look(reader);
            }
        }
    }
};

// One reader hangs with its first snapshot while another goes on: only what it announced stays.
template <unsigned publication_count>
struct Stuck : CellModel<Stuck<publication_count>, 1, 2, publication_count> {
    Stuck() : stuck(this->cell.join()), first(stuck.current()) {}

    void read() {
        Cell::Reader reader = this->cell.join();
        View view;
        reader.refresh();
        view.look(reader);
        model_require(first->version.get() == 1, "what a stuck reader holds stays");
    }

    void after() {
        model_require(this->cell.reclaim() == 1, "a stuck reader pins one snapshot");
        model_require(first->version.get() == 1, "what a stuck reader holds stays");
        stuck.leave();
        model_require(this->cell.reclaim() == 0, "nothing stays pinned without readers");
    }

    Cell::Reader stuck;
    const Snapshot* first;
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("snapshot_cell");
    run.random<prosa::Refreshing<2, 4, 3>>("refreshing", 200'000);
    run.random<prosa::Rejoining<2, 4, 3>>("rejoining", 200'000);
    run.random<prosa::Stuck<4>>("stuck", 200'000);
    run.full<prosa::Refreshing<1, 1, 1>>("refreshing, full search");
    run.bounded<prosa::Refreshing<1, 3, 2>>("refreshing, 3 switches", 3);
    run.bounded<prosa::Rejoining<2, 2, 1>>("rejoining, 2 switches", 2);
    return run.exit_code();
}
