"""What may not stand in any file: and how its lines look."""

import os
import re

import tree

LINE_MOST = 110
NOTHING = ("util", "utils", "helpers", "misc", "common")
TYPOGRAPHY = re.compile("[\u2010-\u2015\u2018-\u201f\u2026\u00a0\u200b\ufeff]")
# Spelt in pieces, so that this file does not hold what it looks for.
PLACES = re.compile(r"(?<![\w.~$}])/(?:" + "|".join(["wor" + "k", "hom" + "e", "roo" + "t", "User" + "s"]) + r")/")
REGISTRIES = ["(?:deb|security|ftp)[.]debian[.]org", "registry[.]npmjs", "pypi[.]org", "python[h]osted"]
HOSTS = re.compile("|".join(REGISTRIES))


def text_files(root):
    return [n for n in tree.files(root) if not is_corpus(n) and not tree.is_binary(root, n)]


def is_corpus(name):
    return "/corpus/" in name


def grep(root, names, what, test):
    """Offences: the lines for which test(line) says so."""
    return [f"{n}:{number}: {what}" for n in names for number, line in tree.lines(root, n) if test(line)]


def no_utils(root):
    stem = lambda n: os.path.basename(n).split(".")[0]
    return [f"{n}:1: say what it is about" for n in tree.files(root) if stem(n) in NOTHING]


def trailing_space(root):
    bad = grep(root, text_files(root), "white space at the end of the line", lambda s: s != s.rstrip(" \t\r"))
    for n in text_files(root):
        last = tree.lines(root, n)[-1]
        if last[1]:
            bad.append(f"{n}:{last[0]}: no newline at the end of the file")
    return bad


def typography(root):
    return grep(root, text_files(root), "a dash, quote or space that is not ASCII", TYPOGRAPHY.search)


def places(root):
    bad = grep(root, text_files(root), "a path of one machine", PLACES.search)
    return bad + grep(root, text_files(root), "the host of a package registry", HOSTS.search)


def families(root):
    """One engine for two families: what differs is data, in lib/wire/proto.c."""
    words = re.compile(r"igmp|mld|AF_INET|IPv4|IPv6|MC_IPV", re.IGNORECASE)
    engine = [n for n in text_files(root) if n.startswith("lib/engine/")]
    return grep(root, engine, "a family's or a protocol's name", words.search)


def quotes(root):
    """What the README shows as C is a piece of an example, and it shows some."""
    if "README.md" not in tree.files(root):
        return []
    code = ["\n".join(s for _, s in tree.lines(root, n)) for n in tree.files(root, "examples", ext=(".c",))]
    bad, block, begun = [], None, 0
    for number, line in tree.lines(root, "README.md"):
        if line == "```c":
            block, begun = [], number
        elif line == "```" and block is not None:
            if not any("\n".join(block) in c for c in code):
                bad.append(f"README.md:{begun}: stands in no file of examples/")
            block = None
        elif block is not None:
            block.append(line)
    return bad if begun else ["README.md:1: quotes no example"]


def wide_lines(root):
    names = tree.files(root, "include", "lib", "cmd", "examples", "tests", ext=(".c", ".h"))
    # A text that stands alone on its line is not cut in two.
    wide = lambda s: len(s.expandtabs(8)) > LINE_MOST and not s.lstrip().startswith('"')
    return grep(root, names, f"wider than {LINE_MOST} columns", wide)


def openings(root):
    """A C file opens with the paragraph that says what it owns."""
    names = tree.files(root, "include", "lib", "cmd", "examples", ext=(".c", ".h"))
    return [f"{n}:1: no opening comment" for n in names if not tree.lines(root, n)[0][1].startswith("/*")]
