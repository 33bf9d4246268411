"""test/structure/documents_test.py: the documents' links and code are those of the repository."""

import tempfile
import unittest
from pathlib import Path

import document_rules
from source_tree import SourceTree

REPOSITORY = SourceTree(Path(__file__).resolve().parents[2])
EMBEDDING_LINES_MAX = 40
DOCUMENTS = ("README.md", "CHANGELOG.md", "docs/architecture.md", "docs/delivery-contract.md", "docs/configuration.md",
             "docs/latency.md")


class Repository(unittest.TestCase):
    def hold(self, rule):
        faults = rule(REPOSITORY)
        if faults:
            self.fail("\n" + "\n".join(map(str, faults)))

    def test_links_lead_somewhere(self):
        self.hold(document_rules.links_lead_somewhere)

    def test_blocks_equal_their_files(self):
        self.hold(document_rules.blocks_equal_their_files)

    def test_the_documents_are_there(self):
        found = document_rules.documents(REPOSITORY)
        for path in DOCUMENTS:
            self.assertIn(path, found)

    def test_the_readme_shows_the_compiled_examples(self):
        shown = {file for _, file, _ in document_rules.shown_files(REPOSITORY, "README.md")}
        self.assertLessEqual({"examples/embed.cpp", "examples/custom_processor/custom_processor.cpp",
                              "examples/custom_processor/custom_processor.yml"}, shown)

    def test_the_embedding_program_is_short(self):
        self.assertLessEqual(len(REPOSITORY.read("examples/embed.cpp").splitlines()), EMBEDDING_LINES_MAX)


class Sample(unittest.TestCase):
    """A tree of its own for each case."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = SourceTree(folder.name)

    def write(self, path, text=""):
        file = self.tree.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def links(self, text, path="docs/a.md"):
        self.write(path, text)
        return [str(fault) for fault in document_rules.links_lead_somewhere(self.tree)]

    def blocks(self, text):
        self.write("README.md", text)
        return [str(fault) for fault in document_rules.blocks_equal_their_files(self.tree)]

    def test_a_link_to_a_missing_file_is_refused(self):
        self.assertEqual(self.links("one\n[b](b.md)\n"), ["docs/a.md:2: (b.md) leads nowhere: there is no docs/b.md"])

    def test_a_link_starts_from_its_document(self):
        self.write("README.md", "# x\n")
        self.assertEqual(self.links("[up](../README.md) ![picture](p.svg)\n"),
                         ["docs/a.md:1: (p.svg) leads nowhere: there is no docs/p.svg"])

    def test_a_link_out_of_the_repository_is_refused(self):
        self.assertEqual(len(self.links("[x](../../etc/passwd)\n")), 1)

    def test_a_link_to_a_missing_heading_is_refused(self):
        self.write("docs/b.md", "## One two, three `four`\n```\n# no heading\n```\n")
        self.assertEqual(self.links("[x](b.md#one-two-three-four) [y](b.md#no-heading) [z](#here)\n# Here\n"),
                         ["docs/a.md:1: (b.md#no-heading) leads nowhere: docs/b.md has no heading #no-heading"])

    def test_links_elsewhere_and_in_code_are_left_alone(self):
        self.assertEqual(self.links("[x](https://example.org/a) `[a](b)`\n```\n[c](d)\n```\n"), [])

    def test_a_block_that_differs_from_its_file_is_refused(self):
        self.write("examples/a.cpp", "int a;\n")
        self.assertEqual(self.blocks("```cpp examples/a.cpp\nint a;\n```\n"), [])
        self.assertEqual(self.blocks("x\n```cpp examples/a.cpp\nint b;\n```\n"),
                         ["README.md:2: the block differs from examples/a.cpp"])

    def test_a_block_of_a_missing_file_is_refused(self):
        self.assertEqual(self.blocks("```cpp examples/b.cpp\n```\n"),
                         ["README.md:1: the block is named examples/b.cpp, which does not exist"])

    def test_a_block_without_a_file_may_say_anything(self):
        self.assertEqual(self.blocks("```\nx\n```\n~~~console\n$ y\n~~~\n"), [])
