"""test/structure/document_rules.py: what the Markdown documents say about files is so.

A link to a place in this repository leads to a file or folder, and to a heading when it names one. A fenced block
whose info string names a file after the language (```cpp examples/embed.cpp) holds that file, all of it.
"""

import posixpath
import re

from source_tree import SOURCE_FOLDERS, Violation

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")  # https:, mailto:
FENCE = re.compile(r"^(`{3,}|~{3,})\s*(.*)$")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
CODE_SPAN = re.compile(r"`[^`]*`")


def documents(tree):
    """Every Markdown file: those in the root, and those of the folders."""
    in_root = sorted(path.name for path in tree.root.glob("*.md"))
    return in_root + tree.files(SOURCE_FOLDERS + ("docs",), (".md",))


def prose_and_blocks(tree, path):
    """The lines outside fenced blocks as (number, text), and the blocks as (number, info string, text)."""
    prose, blocks, fence = [], [], None
    for number, line in tree.lines(path):
        mark = FENCE.match(line)
        if fence is None and mark:
            fence, block = mark[1], (number, mark[2], [])
        elif fence is None:
            prose.append((number, line))
        elif mark and mark[1].startswith(fence) and not mark[2]:
            blocks.append((block[0], block[1], "".join(text + "\n" for text in block[2])))
            fence = None
        else:
            block[2].append(line)
    return prose, blocks


def anchors(tree, path):
    """The places of a document that a link can name, as GitHub makes them of headings."""
    names = set()
    for _, line in prose_and_blocks(tree, path)[0]:
        heading = HEADING.match(line)
        if heading:
            kept = re.sub(r"[^\w\- ]", "", LINK.sub("", heading[1]).lower())
            names.add(kept.replace(" ", "-"))
    return names


def link_fault(tree, path, target):
    """What is wrong with a link of `path`, or None."""
    if ELSEWHERE.match(target):
        return None
    place, _, anchor = target.partition("#")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), place)) if place else path
    if file.startswith("../") or not (tree.root / file).exists():
        return f"({target}) leads nowhere: there is no {file}"
    if anchor and anchor not in anchors(tree, file):
        return f"({target}) leads nowhere: {file} has no heading #{anchor}"
    return None


def links_lead_somewhere(tree):
    faults = []
    for path in documents(tree):
        for number, line in prose_and_blocks(tree, path)[0]:
            for target in LINK.findall(CODE_SPAN.sub("", line)):
                fault = link_fault(tree, path, target)
                if fault:
                    faults.append(Violation(path, number, fault))
    return faults


def shown_files(tree, path):
    """(number, file, text) of each block that names a file."""
    for number, info, text in prose_and_blocks(tree, path)[1]:
        words = info.split()
        if len(words) == 2 and "/" in words[1]:
            yield number, words[1], text


def blocks_equal_their_files(tree):
    faults = []
    for path in documents(tree):
        for number, file, text in shown_files(tree, path):
            if not tree.exists(file):
                faults.append(Violation(path, number, f"the block is named {file}, which does not exist"))
            elif tree.read(file) != text:
                faults.append(Violation(path, number, f"the block differs from {file}"))
    return faults
