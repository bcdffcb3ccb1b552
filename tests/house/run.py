#!/usr/bin/env python3
"""The house checks as TAP. tests/meson.build says with which compilers and which build directory."""

import argparse
import os
import shutil
import sys
import tempfile

import binary
import headers
import install
import listed
import options
import rfc
import sizes
import text
import tree
import walls


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--root", required=True)
    p.add_argument("--build", required=True)
    p.add_argument("--mcast", required=True)
    p.add_argument("--archive", required=True)
    p.add_argument("--library", required=True)
    p.add_argument("--prefix", required=True)
    p.add_argument("--version", required=True)
    p.add_argument("--pages", action="store_true", help="man pages are built")
    p.add_argument("--sanitized", action="store_true", help="objects ask for a sanitizer's symbols")
    p.add_argument("--cc", required=True)
    p.add_argument("--cxx", default="")
    return p.parse_args()


def sources(tap, root):
    tap.check("walls: a floor includes only floors below it", walls.walls(root))
    limits = f"no file over {sizes.FILE_MOST} lines, no example over {sizes.EXAMPLE_MOST}"
    tap.check(f"sizes: {limits}", sizes.long_files(root))
    tap.check(f"sizes: no function over {sizes.FUNCTION_MOST} lines", sizes.long_functions(root))
    tap.check(f"sizes: the median of lib and cmd is {sizes.MEDIAN_MOST} lines or fewer", sizes.median(root))
    tap.check("text: no file named after nothing", text.no_utils(root))
    tap.check("text: no white space at ends of lines", text.trailing_space(root))
    tap.check("text: no typographic dashes, quotes and spaces", text.typography(root))
    tap.check("text: no place of one machine", text.places(root))
    tap.check("text: lib/engine names no family and no protocol", text.families(root))
    tap.check(f"text: no C line over {text.LINE_MOST} columns", text.wide_lines(root))
    tap.check("text: every C file opens with what it owns", text.openings(root))
    tap.check("text: the README quotes the examples as they are", text.quotes(root))
    tap.check("rfc: every requirement has its function and its test", rfc.offences(root))


def public(tap, root, cc, cxx):
    for header in headers.public(root):
        tap.check(f"headers: {header} alone as C99", headers.alone(root, header, cc, "c", "c99"))
        name = f"headers: {header} alone as C++"
        if cxx:
            tap.check(name, headers.alone(root, header, cxx, "c++", "c++11"))
        else:
            tap.skip(name, "no C++ compiler")


def built(tap, a):
    if a.sanitized:
        tap.skip("binary: purity, exports, needs, install", "a sanitized build asks for and exports more")
        return
    allow = os.path.join(a.root, "tests/house/pure.allow")
    for floors in (["base"], ["base", "flow"], ["base", "wire"], ["base", "wire", "engine"],
                   ["base", "wire", "engine", "sim"]):
        tap.check(f"binary: {floors[-1]} is pure", binary.purity(a.archive, floors, allow))
    tap.check("binary: the library exports what its headers declare", binary.exports(a.library, a.root))
    tap.check("binary: the library needs libc and libmnl alone", binary.needed(a.library))
    installed(tap, a)


def installed(tap, a):
    dest = tempfile.mkdtemp(prefix="mcast-install-")
    try:
        tap.check("install: meson install works", install.install(a.build, dest))
        sources = tree.files(a.root, "man", ext=(".scd",)) if a.pages else []
        names = [os.path.basename(p)[: -len(".scd")] for p in sources]
        tap.check("install: everything is in its place", install.missing(a.root, dest, a.prefix, names))
        for static in (False, True):
            name = f"install: a program builds and runs with libmcast.pc, {'static' if static else 'shared'}"
            tap.check(name, install.user(a.cc.split(), dest, a.prefix, a.version, static))
    finally:
        shutil.rmtree(dest)


def pages(tap, a):
    known = options.verbs(a.mcast)
    have = options.pages(a.root)
    bad = [f"man/mcast-{v}.1.scd: the verb {v} has no page" for v in sorted(known - set(have))]
    bad += [f"{have[v]}:1: there is no verb {v}" for v in sorted(set(have) - known)]
    tap.check("options: every verb has a page, every page a verb", bad)
    for verb in sorted(known & set(have)):
        tap.check(f"options: the page of {verb} and its table agree", options.verb(a.root, a.mcast, verb))


def main():
    a, tap = arguments(), tree.Tap()
    sources(tap, a.root)
    public(tap, a.root, a.cc.split(), a.cxx.split())
    tap.check("build: every C file is in it", listed.unbuilt(a.root, a.build))
    tap.check("build: every test is in it", listed.unrun(a.root, a.build))
    pages(tap, a)
    built(tap, a)
    tap.end()


if __name__ == "__main__":
    sys.exit(main())
