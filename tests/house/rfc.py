"""docs/rfc.md and the sources: every requirement has a row, and what a row names is there.

A row is "| ID | requirement | function | test |"; function and test are one or more "file: name", parted by commas.
A row that is not done says "not done" for the function, and why for the test.
"""

import os
import re

import tree

PAGE = "docs/rfc.md"


def numbered(prefix, last, digits=3):
    return [f"{prefix}-{n:0{digits}}" for n in range(1, last + 1)]


# Codec, addresses, host, router, rows of the router's state table. A proxy's are to come.
WANTED = [
    *numbered("IGMP-C", 41),
    *numbered("MLD-C", 21),
    *numbered("ADDR", 11),
    *numbered("MRD", 2),
    *numbered("ROB", 25),
    *numbered("IGMP3-H", 65),
    *numbered("MLD2-H", 16),
    *numbered("IGMP2-H", 9),
    *numbered("IGMP1-H", 4),
    *numbered("MLD1-H", 5),
    *numbered("IGMP3-R", 59),
    *numbered("MLD2-R", 12),
    *numbered("IGMP2-R", 8),
    *numbered("MLD1-R", 2),
    *numbered("SSM", 13),
    *numbered("RT", 15, digits=2),
]


def rows(root):
    """(line number, ID, function, test) of each row."""
    for number, line in tree.lines(root, PAGE):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if line.startswith("| ") and re.fullmatch(r"[A-Z0-9-]+-\d{2,3}", cells[0]):
            yield number, cells[0], *(cells + ["", "", ""])[2:4]


def places(cell):
    """(file, name) of each "file: name"."""
    return [tuple(p.strip() for p in (place.split(":") + [""])[:2]) for place in cell.split(",")]


def content(root, name):
    path = os.path.join(root, name)
    if not name or not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8") as f:
        return f.read()


def has_word(text, word):
    return bool(word) and re.search(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", text) is not None


def is_function(name, text, word):
    return has_word(tree.without_comments(text) if name.endswith(".c") else text, word)


def carries(text, number):
    """The ID as it is, or as a C name."""
    return has_word(text, number) or number.lower().replace("-", "_") + "_" in text


def wrong_place(root, name, word, number=None):
    text = content(root, name)
    if text is None:
        return f"there is no file {name}"
    if not is_function(name, text, word):
        return f"there is no {word} in {name}"
    if number and not carries(text, number):
        return f"{name} does not carry {number}"
    return None


def wrong_row(root, number, function, test):
    if function == "not done":
        return [] if test else ["not done, and no reason"]
    found = [wrong_place(root, *place) for place in places(function)]
    found += [wrong_place(root, *place, number) for place in places(test)]
    return [f for f in found if f]


def offences(root, wanted=WANTED):
    if not os.path.isfile(os.path.join(root, PAGE)):
        return [f"{PAGE}:1: is missing"]
    bad, seen = [], set()
    for line, number, function, test in rows(root):
        if number in seen:
            bad.append(f"{PAGE}:{line}: {number} has two rows")
        seen.add(number)
        bad += [f"{PAGE}:{line}: {number}: {why}" for why in wrong_row(root, number, function, test)]
    return bad + [f"{PAGE}:1: {number} has no row" for number in wanted if number not in seen]
