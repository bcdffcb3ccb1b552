"""Options: the program's tables and the man pages say the same."""

import os
import re
import subprocess

import tree

FLAG = re.compile(r"(?<![\w-])(--?[A-Za-z0-9][\w-]*)")


def of_help(text):
    """The options of a verb's help: lines that begin with one."""
    heads = (re.match(r"\s+(-.*?)(?:\s{2,}|$)", line) for line in text.splitlines())
    return {flag for m in heads if m for flag in FLAG.findall(m.group(1))}


def of_page(root, page):
    """flag to line number: the headings of the page's OPTIONS section."""
    found, inside = {}, False
    for number, line in tree.lines(root, page):
        if line.startswith("# "):
            inside = line == "# OPTIONS"
        if inside and line.startswith("*-"):
            for bold in re.findall(r"\*(-[^*]*)\*", line):
                for flag in FLAG.findall(bold.replace("\\", "")):
                    found[flag] = number
    return found


def compare(root, page, table):
    have = of_page(root, page)
    if not have or not table:
        return [f"{page}:1: no option found in the {'table' if have else 'page'}"]
    bad = [f"{page}:{line}: {flag} is in no table" for flag, line in have.items() if flag not in table]
    return bad + [f"{page}:1: {flag} is in the table and not on the page" for flag in sorted(table) if flag not in have]


def pages(root):
    """verb to page."""
    names = tree.files(root, "man", ext=(".1.scd",))
    return {m.group(1): n for n in names if (m := re.fullmatch(r"mcast-(\w+)\.1\.scd", os.path.basename(n)))}


def verb(root, mcast, name):
    done = subprocess.run([mcast, "help", name], capture_output=True, text=True)
    if done.returncode:
        return [f"mcast help {name} ended with {done.returncode}: {done.stderr.strip()}"]
    page = pages(root).get(name)
    return compare(root, page, of_help(done.stdout)) if page else [f"man/mcast-{name}.1.scd: there is no such page"]


def verbs(mcast):
    """The verbs the program knows: what its completion offers as a first word."""
    text = subprocess.run([mcast, "completion", "fish"], capture_output=True, text=True).stdout
    found = re.findall(r"__fish_use_subcommand.*?-a '?(\w+)", text)
    return set(found) - {"help", "completion"}
