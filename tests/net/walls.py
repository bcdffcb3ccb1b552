"""
walls.py - firewalls of nodes: tables of nft(8).
"""
import shutil
import subprocess

from tap import Skip


def nft(node, script):
    if not shutil.which("nft"):
        raise Skip("needs nft(8)")
    with node:
        r = subprocess.run(["nft", "-f", "-"], input=script, text=True, capture_output=True)
    if "syntax error" in r.stderr:
        raise RuntimeError("nft: %s\n%s" % (script, r.stderr))
    if r.returncode:
        raise Skip("this kernel has no such rule: " + r.stderr.splitlines()[0])


class Wall:
    """Rules in a node, in one chain of a table `wall`, until it falls."""

    def __init__(self, node, *rules, hook="input", policy="accept"):
        self.node = node
        nft(node, "table inet wall {\nchain one {\ntype filter hook %s priority 0; policy %s;\n%s\n}\n}\n" % (
            hook, policy, "\n".join(rules)))

    def fall(self):
        nft(self.node, "delete table inet wall\n")


def ip(fam):
    return "ip" if fam == 4 else "ip6"
