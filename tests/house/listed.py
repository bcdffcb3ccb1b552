"""Nothing lies about: every source is built and every test is run by the build."""

import fnmatch
import json
import os

import tree

TESTS = ("tests/*/run.py", "tests/net/t_*.py", "tests/peers/t_*.py")


def load(build, name):
    with open(os.path.join(build, name), encoding="utf-8") as f:
        return json.load(f)


def unbuilt(root, build):
    there = {os.path.realpath(os.path.join(c["directory"], c["file"])) for c in load(build, "compile_commands.json")}
    under = ["lib", "cmd", "examples", "tests/fuzz", "tests/bench"]
    if any(d["name"] == "cmocka" for d in load(build, "meson-info/intro-dependencies.json")):
        under.append("tests/unit")
    names = tree.files(root, *under, ext=(".c",))
    return [f"{n}:1: in no meson.build" for n in names if os.path.realpath(os.path.join(root, n)) not in there]


def unrun(root, build):
    ran = {os.path.realpath(word) for t in load(build, "meson-info/intro-tests.json") for word in t["cmd"]}
    names = [n for n in tree.files(root, "tests") if any(fnmatch.fnmatch(n, t) for t in TESTS)]
    return [f"{n}:1: in no meson.build" for n in names if os.path.realpath(os.path.join(root, n)) not in ran]
