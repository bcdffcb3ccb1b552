"""
tap.py - registers tests and runs them, one TAP point each: what a test file is to the outside.

A test is a function under @test("what it shows"); with @test(..., families=True) it is run
twice, with 4 and with 6. What it raises is the diagnosis. Knows nothing of networks: what a
test leaves behind is undone by functions given to defer().
"""
import os
import signal
import sys
import tempfile
import time
import traceback

LIMIT = int(os.environ.get("NET_TEST_LIMIT", "100"))  # seconds for a whole file
_tests = []
_undo = []
_notes = []
_children = {}  # of main(abreast): process id -> (number, what, its output)


class Failed(Exception):
    """A check did not hold."""


class Skip(Exception):
    """This machine cannot do what the test needs."""


def test(what, families=False):
    def register(fn):
        if families:
            _tests.extend(("%s, IPv%d" % (what, fam), fn, (fam,)) for fam in (4, 6))
        else:
            _tests.append((what, fn, ()))
        return fn
    return register


def check(good, why, *seen):
    if not good:
        raise Failed(why + "".join("\n  %s" % (s if isinstance(s, str) else repr(s)) for s in seen))


def same(seen, wanted, what):
    check(seen == wanted, "%s: wanted %r, saw %r" % (what, wanted, seen))


def among(seen, low, high, what):
    check(low <= seen <= high, "%s: wanted %s to %s, saw %s" % (what, low, high, seen))


def defer(fn):
    """Run fn when the test that is running now has ended, however it ends."""
    _undo.append(fn)


def note(fn):
    """fn() gives text for the diagnosis of the running test, should it fail."""
    _notes.append(fn)


def _clear():
    while _undo:
        try:
            _undo.pop()()
        except Exception as e:
            print("# cleaning up: %r" % e)
    del _notes[:]


def _place(frames):
    """Where in a test file that was: the innermost of the frames that is in one."""
    inside = [f for f in frames if os.path.basename(f.filename).startswith("t_")]
    if not inside:
        return "outside a test"
    return "at %s:%d" % (os.path.basename(inside[-1].filename), inside[-1].lineno)


def _diagnose(e):
    text = "%s%s" % ("" if isinstance(e, Failed) else type(e).__name__ + ": ", e)
    text += "\n" + _place(traceback.extract_tb(e.__traceback__))
    for n in _notes:
        text += "\n" + n()
    for line in text.splitlines():
        print("#   " + line[:600])


def _run(number, what, fn, args):
    begin = time.monotonic()
    try:
        fn(*args)
        print("ok %d - %s\n#   in %.1f s" % (number, what, time.monotonic() - begin), flush=True)
        return True
    except Skip as e:
        print("ok %d - %s # SKIP %s" % (number, what, e), flush=True)
        return True
    except Exception as e:
        print("not ok %d - %s" % (number, what), flush=True)
        _diagnose(e)
        sys.stdout.flush()
        return False
    finally:
        _clear()


def _bail(signum, frame):
    why = "no end after %d s" % LIMIT if signum == signal.SIGALRM else "stopped by signal %d" % signum
    for pid in _children:
        os.kill(pid, signal.SIGTERM)
    _clear()
    print("Bail out! %s, %s" % (why, _place(traceback.extract_stack(frame))), flush=True)
    os._exit(1)


def skip_all(why):
    print("1..0 # SKIP %s" % why, flush=True)
    sys.exit(0)


def _begin(number, what, fn, args):
    """Run a test in a process of its own, which has all that it makes for itself."""
    out = tempfile.TemporaryFile("w+")
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        _children[pid] = number, what, out
        return
    _children.clear()
    signal.alarm(LIMIT)
    os.dup2(out.fileno(), 1)
    good = _run(number, what, fn, args)
    sys.stdout.flush()
    os._exit(0 if good else 1)


def _reap():
    """Wait for one of them to end: its number, what it printed, whether it was good."""
    pid, status = os.wait()
    number, what, out = _children.pop(pid)
    out.seek(0)
    text = out.read()
    out.close()
    if status and "not ok" not in text:
        text += "not ok %d - %s\n#   it ended with status 0x%x\n" % (number, what, status)
    return number, (text, status == 0)


def _abreast(chosen, most):
    """Run tests side by side, at most so many; their points are printed in order."""
    waiting, done, results = list(enumerate(chosen, 1)), {}, []
    while len(results) < len(chosen):
        while waiting and len(_children) < most:
            number, t = waiting.pop(0)
            _begin(number, *t)
        done.update([_reap()])
        while len(results) + 1 in done:
            text, good = done[len(results) + 1]
            results.append(good)
            print(text, end="", flush=True)
    return results


def main(abreast=1):
    """Run what was registered; arguments choose tests by words of their description. Tests that wait
    more than they work may run side by side: abreast of them, each in a process of its own."""
    for s in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(s, _bail)
    signal.alarm(LIMIT)
    chosen = [t for t in _tests if all(w in t[0] for w in sys.argv[1:])]
    print("1..%d" % len(chosen), flush=True)
    if abreast > 1:
        results = _abreast(chosen, abreast)
    else:
        results = [_run(i, *t) for i, t in enumerate(chosen, 1)]
    sys.exit(0 if all(results) else 1)
