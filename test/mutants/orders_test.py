"""How the places where threads synchronise are found, named and weakened."""

import unittest

import orders

HEADER = '''
namespace prosa {
template <template <typename> class Atomic = std::atomic>
class alignas(64) Word {  // memory_order_seq_cst in a comment is none
  public:
    Word() : word_{0} {}
    // Ordering  [hand] release in give -> acquire in take
    void give(int value) noexcept {
        for (int i = 0; i < 2; ++i) word_.store(value, std::memory_order_release);  // [hand]
        if (value == 3) word_.store(4, std::memory_order_release);                  // [hand]
    }
    [[nodiscard]] bool take() noexcept { return word_.exchange(0, std::memory_order_acq_rel) == 1; }  // [hand]
    int look() const { return word_.load(std::memory_order_relaxed); }

  private:
    Atomic<int> word_;
};
void Owner::run(Word& word) {
    const auto all = std::all_of(begin, end, [](const auto& one) {
        return one.flag.load(std::memory_order_acquire);
    });
    word.word_.exchange(1, std::memory_order_acq_rel);
    if (all) word.word_.exchange(1, std::memory_order_relaxed);  // [hand]
}
}  // namespace prosa
'''


def mutants(text):
    return [mutant for place in orders.places_in("core/word.hpp", text) for mutant in orders.mutants_of(place)]


class Orders(unittest.TestCase):
    def test_each_order_stronger_than_relaxed_has_its_mutants_and_a_relaxed_one_with_a_name_has_some(self):
        self.assertEqual([mutant.name for mutant in mutants(HEADER)], [
            "core/word.hpp give store release -> relaxed",
            "core/word.hpp give store release #2 -> relaxed",
            "core/word.hpp take exchange acq_rel -> acquire",
            "core/word.hpp take exchange acq_rel -> release",
            "core/word.hpp take exchange acq_rel -> relaxed",
            "core/word.hpp Owner::run load acquire -> relaxed",
            "core/word.hpp Owner::run exchange acq_rel -> acquire",
            "core/word.hpp Owner::run exchange acq_rel -> release",
            "core/word.hpp Owner::run exchange acq_rel -> relaxed",
            "core/word.hpp Owner::run exchange acq_rel -> plain store release",
            "core/word.hpp Owner::run exchange relaxed -> plain store relaxed",
        ])

    def test_lines_and_comments_before_a_place_do_not_change_its_name(self):
        moved = HEADER.replace("  public:", "  public:\n    // a comment (with brackets {\n\n")
        self.assertEqual([mutant.name for mutant in mutants(HEADER)], [mutant.name for mutant in mutants(moved)])

    def test_a_mutant_differs_in_its_own_place_only(self):
        found = {mutant.name: mutant.text() for mutant in mutants(HEADER)}
        self.assertEqual(found["core/word.hpp give store release #2 -> relaxed"],
                         HEADER.replace("(4, std::memory_order_release)", "(4, std::memory_order_relaxed)"))
        self.assertEqual(found["core/word.hpp Owner::run exchange acq_rel -> plain store release"],
                         HEADER.replace("    word.word_.exchange(1, std::memory_order_acq_rel)",
                                        "    word.word_.store(1, std::memory_order_release)"))

    def test_loads_and_stores_get_orders_that_they_may_have(self):
        text = "void f() { a.load(std::memory_order_seq_cst); a.store(1, std::memory_order_seq_cst); }"
        self.assertEqual([mutant.change for mutant in mutants(text)], ["acquire", "release"])

    def test_a_name_may_end_the_statement_instead_of_the_line(self):
        text = ("void f() {\n    return a.load(std::memory_order_acquire) == 1 ? b\n"
                "                                                 : c;  // [given]\n}")
        self.assertEqual([place.marks for place in orders.places_in("core/f.cpp", text)], [("given",)])

    def test_an_operation_without_an_order_is_a_fault(self):
        text = "void f() {\n    a.load();\n    a.store(1,\n            std::memory_order_relaxed);\n}"
        self.assertEqual(list(orders.unnamed_orders("core/f.cpp", text)), ["core/f.cpp:2: load without a memory order"])
