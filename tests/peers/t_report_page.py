#!/usr/bin/env python3
"""t_report_page.py - pages of mcast report and mcast recv --report in a browser: no word on the console, every figure
and every drawing as in the JSON, readable at every width, in light and in dark."""
import atexit
import functools
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import recorded
import tap
from chromium import Chromium
from rig import three, wait_until
from tap import check, main, same, test
from verbs import MCAST

WIDTHS = 360, 768, 1280, 2560
PAPER = 718  # A4 between margins of 1 cm, in pixels of CSS
PIXEL = 0.12  # coordinates have one decimal


@functools.lru_cache(None)
def browser():
    b = Chromium()
    atexit.register(b.close)
    return b


def room():
    d = tempfile.mkdtemp(prefix="mcast-report-")
    tap.defer(lambda: shutil.rmtree(d))
    return d


def report(d, files, *args, code):
    page = os.path.join(d, "page.html")
    r = subprocess.run([*MCAST, "report", "-o", page, *args, *files], capture_output=True, text=True, timeout=60)
    same((r.returncode, r.stderr), (code, ""), "exit code and stderr of mcast report")
    return page


def runs_of(*files):
    """As the page counts them: each start begins one."""
    runs = []
    for name in files:
        with open(name, encoding="utf-8") as f:
            for o in map(json.loads, f):
                if o["event"] == "start":
                    runs.append({"start": o, "streams": [], "interfaces": []})
                elif o["event"] in ("stream", "interface"):
                    runs[-1][o["event"] + "s"].append(o)
                elif o["event"] in ("end", "redundant"):
                    runs[-1][o["event"]] = o
    return runs


# ---- figures ------------------------------------------------------------------------------------------

DATA = """[...document.querySelectorAll('data')].map(e => [e.closest('[data-of]')?.dataset.of ?? '', e.dataset.key,
    e.value, e.textContent, e.closest('[data-sender]')?.dataset.sender,
    e.closest('[data-sender]')?.dataset.receiver])"""
UNITS = {"": 1, "/s": 1, "M/s": 1e6, "%": 0.01, "s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "ppm": 1,
         "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
         "bit/s": 1, "kbit/s": 1e3, "Mbit/s": 1e6, "Gbit/s": 1e9}


def shown(text):
    """What a figure says."""
    m = re.fullmatch(r"(-?[\d,]+(?:\.\d+)?)\s*(\D*)", text)
    check(m and m.group(2) in UNITS, "figure cannot be read", text)
    return float(m.group(1).replace(",", "")) * UNITS[m.group(2)]


def at(o, path):
    for key in path:
        o = o[int(key) if isinstance(o, list) else key]
    return o


def totals(runs):
    streams = [s for r in runs for s in r["streams"]]
    numbered = [s for s in streams if s["numbered"]]
    lost = sum(s["lost"] for s in numbered)
    expected = sum(s["lost"] / s["loss"] if s["loss"] else s["packets"] - s["duplicates"] for s in numbered)
    return {
        "receivers": len(runs), "senders": len({s["source"] for s in streams}), "streams": len(streams),
        "packets": sum(s["packets"] for s in streams), "bytes": sum(s["bytes"] for s in streams),
        "lost": lost, "loss": lost / expected if expected else 0,
        "lost_socket": sum(s["lost_socket"] for s in numbered),
        "gaps": sum(s["gaps_total"] for s in numbered),
        "p99_s": max((s["delay"]["p99_s"] for s in streams if s["delay"]), default=None),
        "jitter_s": max((s["jitter_s"] for s in streams if s["jitter_s"] is not None), default=None),
    }


def matrix(files):
    r = subprocess.run([*MCAST, "report", "-j", *files], capture_output=True, text=True, timeout=60)
    cells = json.loads(r.stdout)["matrix"]
    return {(c["sender"], c["receiver"]): c for c in cells}


def wrong(runs):
    lossy = [s for r in runs for s in r["streams"] if s["numbered"] and s["lost"]]
    return {"streams": sum(len(r["streams"]) for r in runs), "lossy": len(lossy),
            "lost": sum(s["lost"] for s in lossy), "lost_socket": sum(s["lost_socket"] for s in lossy), "slow": 0}


def same_figures(page, runs, files, own_times):
    """Every figure has its value in the JSON, and says it; own_times: the page's objects were made for it alone."""
    seen = {}
    places = {"total": totals(runs), "wrong": wrong(runs)}
    cells = matrix(files)
    for of, key, value, text, sender, receiver in page.ask(DATA):
        seen.setdefault(of, set()).add(key)
        if own_times and key == "ts":
            continue
        o = cells[sender, receiver] if of == "matrix" else places.get(of) or at(runs, of.split("/"))
        want = at(o, key.split("."))
        place = "%s %s" % (of, key)
        check(math.isclose(float(value), want, rel_tol=1e-12 if of in places else 0), place, value, want)
        if not text.endswith("UTC"):
            check(math.isclose(shown(text), want, rel_tol=6e-3), place + " reads otherwise", text, want)
    return seen


def numbers(o, before=""):
    """The keys of all numbers that are not in a list of objects or of numbers over time."""
    for key, v in o.items():
        if isinstance(v, dict) and key != "series":
            yield from numbers(v, before + key + ".")
        elif isinstance(v, (int, float)) and not isinstance(v, bool):
            yield before + key


def all_there(runs, seen):
    """No number of the JSON is missing on the page."""
    for i, r in enumerate(runs):
        lists = [("%d/%s/%d" % (i, name, k), o) for name in ("streams", "interfaces") for k, o in enumerate(r[name])]
        lists += [("%d/%s" % (i, name), r[name]) for name in ("start", "end", "redundant") if name in r]
        for of, o in lists:
            left_out = {"ts", "schema"} if "/start" not in of and "/streams" not in of else set()
            missing = set(numbers(o)) - seen.get(of, set()) - left_out
            check(not missing, "not on the page: %s" % of, sorted(missing))


CELLS = "[...document.querySelectorAll('[data-sender]')].map(e => [e.dataset.sender, e.dataset.receiver])"


# ---- drawings -----------------------------------------------------------------------------------------

DRAWN = """[...document.querySelectorAll('svg')].map(s => ({of: s.closest('[data-of]').dataset.of, kind: s.dataset.kind,
    x: s.dataset.x, y: s.dataset.y, named: s.querySelector('title').textContent && s.querySelector('desc').textContent,
    paths: [...s.querySelectorAll('[data-series]')].map(p => [p.dataset.series, p.getAttribute('d')])}))"""


def axis(kind, text):
    """From a value to where it is drawn."""
    lo, hi, here, there = map(float, text.split())

    def place(v):
        if kind == "tail":
            part = -math.log10(1 - v) / hi
        else:
            part = math.log(v / lo) / math.log(hi / lo) if kind == "log" else (v - lo) / (hi - lo)
        return here + min(max(part, 0), 1) * (there - here)
    return place


def points(d):
    """The ends of the lines of a path: M and L to points, H and V along the axes."""
    x = y = 0
    for command, numbers_ in re.findall(r"([MLHV])([-\d. ]+)", d):
        n = [float(v) for v in numbers_.split()]
        x, y = (n[0], y) if command == "H" else (x, n[0]) if command == "V" else n
        yield command, x, y


def near(got, want, what):
    same(len(got), len(want), "points of " + what)
    for g, w in zip(got, want):
        check(all(abs(a - b) < PIXEL for a, b in zip(g, w)), "a point of " + what, g, w)


def steps(run, series):
    """Each step's begin and length: the last may have been cut short."""
    n, step = len(series["packets"]), series["step_s"]
    last = run["end"]["seconds"] - (n - 1) * step
    lengths = [step] * (n - 1) + [last if step / 20 < last < step else step]
    return [(i * step, length) for i, length in enumerate(lengths)]


def same_line(name, d, run, series, x, y):
    factor = {"bytes": 8}.get(name, 1)
    values = [v if v is None else v * factor / (s[1] if name in ("packets", "bytes") else 1)
              for v, s in zip(series[name], steps(run, series))]
    want = []
    for i, (v, (begin, length)) in enumerate(zip(values, steps(run, series))):
        alone = v is not None and all(k < 0 or k >= len(values) or values[k] is None for k in (i - 1, i + 1))
        if name == "lost":
            want += [(x(begin + length / 2), min(y(v), y(0) - 1))] if v else []
        elif alone:
            want += [(x(begin), y(v)), (x(begin + length), y(v))]
        elif v is not None:
            want.append((x(begin + length / 2), y(v)))
    got = [(px, py) for command, px, py in points(d) if name != "lost" or command == "V"]
    near(got, want, name)


def same_curve(d, delay, x, y):
    """The stairs pass by the percentiles that the JSON has."""
    stairs = [(px, py) for command, px, py in points(d) if command == "H"]
    total = sum(n for _, n in delay["hist"])
    for key, q in ("p50_s", 0.5), ("p90_s", 0.9), ("p99_s", 0.99), ("p999_s", 0.999):
        there = [py for px, py in stairs if px >= x(q - 1 / total) - 0.6][:3]
        check(any(abs(py - y(delay[key])) < 3 for py in there), "percentile curve at " + key, there, y(delay[key]))


def same_bars(d, delay, y):
    """The bars hold all that was counted; the least of them are drawn higher than they are."""
    bars = re.findall(r"V([\d.]+)h", d)
    total, one = sum(n for _, n in delay["hist"]), y(0) - y(1)
    drawn = sum((y(0) - float(v)) / one for v in bars)
    check(total * 0.99 <= drawn <= total * 1.01 + len(bars) / one, "sum of the bars", drawn, total)


def same_drawings(page, runs, streams):
    drawings = page.ask(DRAWN)
    check(drawings and all(p["named"] for p in drawings), "every drawing has a title and a description")
    same({p["of"] for p in drawings}, streams, "streams that are drawn")
    for p in drawings:
        run, s = runs[int(p["of"].split("/")[0])], at(runs, p["of"].split("/"))
        kinds = p["kind"].split()
        x, y = axis(kinds[0], p["x"]), axis(kinds[1], p["y"])
        for name, d in p["paths"]:
            if name == "hist":
                same_bars(d, s["delay"], y)
            elif name == "percentiles":
                same_curve(d, s["delay"], x, y)
            else:
                same_line(name, d, run, s["series"], x, y)


# ---- looks --------------------------------------------------------------------------------------------

# Contrast of what is written, against the page (WCAG 2: 4.5), the least of all elements with text of their own.
CONTRAST = """(() => {
    const light = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
        .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4); return .2126*v[0] + .7152*v[1] + .0722*v[2] };
    const page = light(getComputedStyle(document.body).backgroundColor);
    let least = 99;
    const written = 'h1,h2,h3,p,a,dt,dd,th,td,small,summary,b,li,footer,figcaption span,text';
    for (const e of document.querySelectorAll(written)) {
        const c = light(getComputedStyle(e)[e.tagName == 'text' ? 'fill' : 'color']);
        least = Math.min(least, (Math.max(c, page) + .05) / (Math.min(c, page) + .05));
    }
    return [page, least] })()"""
# The smallest letters of drawings, in pixels of the window, of those that are open.
LETTERS = """Math.min(...[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().width).filter(w => w)
    .map(w => w / 360 * 11.5), 99)"""
# Labels of a drawing that lie on each other.
OVERLAP = """[...document.querySelectorAll('svg')].flatMap(s => { const b = [...s.querySelectorAll('text')]
    .map(t => [t.textContent, t.getBoundingClientRect()]).filter(t => t[1].width);
    return b.flatMap((p, i) => b.slice(i + 1).filter(q => p[1].left < q[1].right - 1 && q[1].left < p[1].right - 1 &&
    p[1].top < q[1].bottom - 4 && q[1].top < p[1].bottom - 4).map(q => p[0] + ' on ' + q[0])) })"""


def looks(page):
    grounds = set()
    for wide in WIDTHS:
        for dark in False, True:
            page.show(wide, dark)
            where = "%d px, %s" % (wide, "dark" if dark else "light")
            same(page.ask("document.documentElement.scrollWidth"), wide, "width of the page at " + where)
            ground, least = page.ask(CONTRAST)
            grounds.add(ground)
            check((ground < 0.1) == dark and least >= 4.5, "contrast at " + where, ground, least)
        check(page.ask(LETTERS) >= 9, "letters in drawings at " + where, page.ask(LETTERS))
        same(page.ask(OVERLAP), [], "labels that lie on each other at " + where)
    same(len(grounds), 2, "grounds")
    page.show(PAPER, True, media="print")
    check(page.ask(CONTRAST)[0] == 1, "paper is white, whatever the user likes")
    wide = page.ask("document.documentElement.scrollWidth")
    check(wide <= PAPER * 1.1, "the page fits on paper, or nearly: browsers shrink that much", wide)
    page.show(PAPER, False)


def headings(page):
    return page.ask("[...document.querySelectorAll('h2')].map(e => e.textContent)")


def inspect(path, runs, files, own_times=False, drawn=None):
    """All of it, for one page."""
    page = browser()
    page.open("file://" + path)
    same(page.ask("document.scripts.length"), 0, "scripts")
    seen = same_figures(page, runs, files, own_times)
    everyone = {"%d/streams/%d" % (i, k) for i, r in enumerate(runs) for k in range(len(r["streams"]))}
    if drawn is None:
        all_there(runs, seen)
    check(everyone <= set(seen), "every stream is on the page")
    same(sorted(map(tuple, page.ask(CELLS))), sorted(matrix(files)), "cells of the matrix")
    same_drawings(page, runs, drawn or everyone)
    looks(page)
    same(list(page.said()), [], "what the page said or asked for")
    return page


# ---- tests --------------------------------------------------------------------------------------------


@test("one stream, nothing wrong")
def one():
    d = room()
    f = recorded.write(os.path.join(d, "a.json"), recorded.run("host-a", seconds=10))
    page = inspect(report(d, [f], code=0), runs_of(f), [f])
    check("Nothing was wrong" in page.ask("document.body.textContent"), "it says that nothing was wrong")
    same(headings(page)[:3], ["What was wrong", "Key figures", "Senders and receivers"], "first headings")


@test("two senders and three receivers, IPv6 as well, two paths, a stream without numbers")
def several():
    d = room()
    a = recorded.write(os.path.join(d, "a.json"), recorded.run("host-a", 2, lossy=True, twice=True))
    b = recorded.write(os.path.join(d, "b.json"), recorded.run("host-b", 2),
                       recorded.run("studio-3-receiver.example.net", 2, lossy=True, six=True, plain=True))
    page = inspect(report(d, [a, b], code=1), runs_of(a, b), [a, b])
    lines = page.ask("[...document.querySelectorAll('ul.wrong li')].map(e => e.textContent)")
    worst = max((s for r in runs_of(a, b) for s in r["streams"] if s["numbered"]), key=lambda s: s["loss"])
    said = "lost {:,} packets".format(worst["lost"])
    check(worst["source"] in lines[0] and said in lines[0], "the worst is first", lines)
    same(len(lines), 2, "streams that lost packets")


@test("a hundred streams, eight of them drawn")
def hundred():
    d = room()
    f = recorded.write(os.path.join(d, "a.json"), recorded.run("host-a", 4, 25, lossy=True))
    runs = runs_of(f)
    order = sorted(range(100), key=lambda i: -runs[0]["streams"][i]["loss"])
    page = inspect(report(d, [f], "--most", "8", code=1), runs, [f], drawn={"0/streams/%d" % i for i in order[:8]})
    same(page.ask("document.querySelectorAll('tr[data-of^=\"0/streams/\"]:not([data-of*=gaps])').length"), 100, "rows")
    tall = page.ask("document.documentElement.scrollHeight")
    report(d, [f], code=1)
    page.open("file://" + os.path.join(d, "page.html"))
    same(page.ask("document.querySelectorAll('details.stream').length"), 42, "streams that are folded")
    check(page.ask("document.documentElement.scrollHeight") < tall + 42 * 60, "the page is not much longer")


@test("texts that would be markup are texts")
def markup():
    d = room()
    evil = "</title><script>document.title='x'</script><img src=x onerror=alert(1)>\""
    lines = recorded.run(evil, lossy=True, seconds=5)
    for o in lines:
        o.update({k: evil for k in ("format", "ifname", "verdict", "clock") if k in o})
    f = recorded.write(os.path.join(d, "a.json"), lines)
    page = inspect(report(d, [f], "--title", evil, code=1), runs_of(f), [f])
    same(page.ask("document.title"), evil, "title")
    same(page.ask("document.querySelectorAll('img,script,iframe,object,link').length"), 0, "elements of others")


def start(node, *args):
    with node:
        p = subprocess.Popen([*MCAST, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    tap.defer(p.kill)
    return p


@test("real runs: mcast recv --report, and mcast report of two receivers")
def real():
    d = room()
    sender, *receivers = three()
    pages = [os.path.join(d, "own%d.html" % i) for i in range(2)]
    running = [start(n, "recv", "--json", "-w", "4", "--report", p, "239.1.1.1:5000+2")
               for n, p in zip(receivers, pages)]
    for n in receivers:
        check(wait_until(lambda n=n: ("eth0", "239.1.1.2") in n.joined(4)), "the receiver did not join")
    send = start(sender, "send", "--rate", "2kpps", "-w", "2", "239.1.1.1:5000+2")
    same(send.wait(30), 0, "exit code of mcast send")
    files = []
    for i, p in enumerate(running):
        out, err = p.communicate(timeout=30)
        same((p.returncode, err), (0, ""), "exit code and stderr of mcast recv")
        files.append(os.path.join(d, "%d.json" % i))
        with open(files[-1], "w", encoding="utf-8") as f:
            f.write(out)
    for page, file in zip(pages, files):
        inspect(page, runs_of(file), [file], own_times=True)
    lost = any(s["lost"] for s in sum((r["streams"] for r in runs_of(*files)), []))
    inspect(report(d, files, code=int(lost)), runs_of(*files), files)


if not shutil.which("chromium"):
    tap.skip_all("chromium is not installed (./dev check-peers installs it)")
main()
