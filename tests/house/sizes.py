"""Short files, short functions, short examples."""

import statistics

import tree

FILE_MOST, FUNCTION_MOST, MEDIAN_MOST, EXAMPLE_MOST = 600, 80, 14, 80


def functions(root, name):
    """(first line, name, lines) of each function: a body from '{' to '}', both at column 0.

    The first line is that of the signature, so a function is as long as its reader sees it. A table's
    brace ends the line before, and is none.
    """
    text = [line for _, line in tree.lines(root, name)]
    found, at = [], 0
    while at < len(text):
        if text[at] == "{" and at and not text[at - 1].rstrip().endswith("="):
            end = next((i for i in range(at, len(text)) if text[i].startswith("}")), len(text) - 1)
            first = at - 1
            while first and text[first][:1] in ("\t", " "):
                first -= 1
            title = text[first].split("(")[0].split()
            found.append((first + 1, title[-1].lstrip("*") if title else "?", end - first + 1))
            at = end
        at += 1
    return found


def c_files(root, *under):
    return tree.files(root, *under, ext=(".c", ".h"))


def long_files(root):
    counts = [(n, tree.lines(root, n)[-1][0] - 1) for n in c_files(root)]
    bad = [f"{n}:{FILE_MOST + 1}: {count} lines, at most {FILE_MOST}" for n, count in counts if count > FILE_MOST]
    bad += [
        f"{n}:{EXAMPLE_MOST + 1}: {count} lines, an example has at most {EXAMPLE_MOST}"
        for n, count in counts
        if n.startswith("examples/") and count > EXAMPLE_MOST
    ]
    return bad


def long_functions(root):
    return [
        f"{name}:{line}: {title} has {count} lines, at most {FUNCTION_MOST}"
        for name in c_files(root)
        for line, title, count in functions(root, name)
        if count > FUNCTION_MOST
    ]


def median(root):
    found = [(c, f"{n}:{l}: {t}") for n in c_files(root, "lib", "cmd") for l, t, c in functions(root, n)]
    if not found:
        return ["lib/, cmd/: no function found"]
    middle = statistics.median(count for count, _ in found)
    if middle <= MEDIAN_MOST:
        return []
    longest = [f"{where} has {count} lines" for count, where in sorted(found, reverse=True)[:10]]
    return [f"the median of {len(found)} functions is {middle} lines, at most {MEDIAN_MOST}; the longest:"] + longest
