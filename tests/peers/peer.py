"""
peer.py - another program in a node, with all that a running verb has: its output line by line, its end, its story
where a test fails.
"""
from rig import wait_until
from tap import check
from verbs import PATIENCE, Verb


class Peer(Verb):
    """A running program that writes text."""

    def __init__(self, node, *argv, stdin=None):
        Verb.__init__(self, node, *argv, as_json=False, stdin=stdin)

    @staticmethod
    def command(verb, *args):
        return [verb, *map(str, args)]


def listens(node, fam, group, port):
    """Whether somebody has joined a group, and somebody a port: programs do the one or the other first."""
    bound = ":%04X " % port in node.proc("udp" if fam == 4 else "udp6")
    return bound and ("eth0", group) in node.joined(fam)


def member(node, fam, group, port, *argv):
    """Start a program that is to receive, and wait until it does; nobody else may listen there."""
    p = Peer(node, *argv)
    check(wait_until(lambda: listens(node, fam, group, port), PATIENCE), "%s does not listen" % p.argv[0])
    return p


def run(node, *argv, timeout=30):
    """Run a program to its end, which must be good: what it printed."""
    done = Peer(node, *argv).wait(timeout)
    check(done.code == 0, "%s ended with %d" % (argv[0], done.code), done.stdout, done.stderr)
    return done.stdout
