"""keys.py PAGE: the keys of the JSON document on stdin against those that the page's section JSON names in bold.

Prints what is in one and not in the other; keys that the page writes in bold twice are the same key.
"""

import json
import re
import sys


def keys_of(value):
    """All keys, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        section = f.read().split("\n# JSON\n")[1].split("\n# ")[0]
    named, seen = set(re.findall(r"\*([a-z0-9_]+)\*", section)), keys_of(json.load(sys.stdin))
    for key in sorted(named - seen):
        print(f"{key} is on the page and not in the document")
    for key in sorted(seen - named):
        print(f"{key} is in the document and not on the page")


if __name__ == "__main__":
    main()
