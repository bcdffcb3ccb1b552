#!/usr/bin/env python3
"""t_plain.py - peers that know nothing of mcast: servers and clients as anybody writes them."""
import socket
import struct
import threading

import tap
from rig import Node, lan, pair
from tap import check, main, same, test
from verbs import Client, Responder, end, group, hears, of, ping, serve, target, text


def tutorial_server(node):
    """The multicast echo server of a well known Python tutorial, word for word but for its end."""
    with node:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", 9999))
    mreq = struct.pack("4sI", socket.inet_aton("224.3.29.71"), socket.INADDR_ANY)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, mreq)

    def loop():
        while True:
            data, addr = sock.recvfrom(1024)
            if data == b"end":
                return sock.close()
            sock.sendto(data, addr)

    def finish():
        with node, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"end", ("127.0.0.1", 9999))
        thread.join(10)

    thread = threading.Thread(target=loop, daemon=True)
    tap.defer(finish)
    thread.start()


@test("a plain echo server answers mcast ping on the default group")
def server_default():
    s, c = pair()
    tutorial_server(s)
    r = ping(c, "-c", 3, "-i", 0.05)
    same(r.code, 0, "exit code")
    keys = "responder", "port", "seq", "bytes", "altered", "duplicate"
    seen = [[e[k] for k in keys] for e in of(r.events, "reply")]
    same(seen, [[s.addr(4), 9999, n, 56, False, False] for n in (1, 2, 3)], "replies")
    same([(e["sent"], e["received"], e["loss"]) for e in of(r.events, "responder")], [(3, 3, 0)], "totals")


@test("a plain echo server answers mcast ping", families=True)
def server(fam):
    s, c = pair()
    Responder(s, fam, group(fam))
    hears(c, target(group(fam)))


@test("a plain echo server that takes 1024 bytes cuts a larger one, and ping says so")
def server_cuts():
    s, c = pair()
    tutorial_server(s)
    r = hears(c, "224.3.29.71", "-s", 1400)
    same([(e["bytes"], e["altered"]) for e in of(r.events, "reply")], [(1024, True)] * 2, "replies")
    r = hears(c, "224.3.29.71", "-s", 1024)
    same([(e["bytes"], e["altered"]) for e in of(r.events, "reply")], [(1024, False)] * 2, "replies")


@test("ping --data sends the text itself to a plain echo server and shows what comes back")
def server_data():
    s, c = pair()
    seen = []
    Responder(s, 4, group(4), answer=lambda data, n: seen.append(data) or [data])
    r = ping(c, "-c", 2, "-i", 0.05, "--data", "hello", target(group(4)))
    same(r.code, 0, "exit code")
    same(seen, [b"hello"] * 2, "what the server got")
    same([(e["bytes"], e["payload"], e["responder"]) for e in of(r.events, "reply")],
         [(5, "hello", s.addr(4))] * 2, "replies")
    r = text(c, "ping", "-c", 1, "--data", "hello", target(group(4)))
    check("hello" in r.stdout and s.addr(4) in r.stdout, "text output", r.stdout)


@test("a plain server that answers with words of its own is heard by ping --data")
def server_ack():
    s, c = pair()
    Responder(s, 4, group(4), answer=lambda data, n: [b"ack"])
    r = ping(c, "-c", 1, "--data", "hello", target(group(4)))
    same([(e["payload"], e["responder"]) for e in of(r.events, "reply")], [("ack", s.addr(4))], "reply")


def tutorial_client(node, wanted):
    """The client of the same tutorial: sends, and collects answers until none came for a while."""
    with node:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(5)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("b", 1))
    got = []
    try:
        sock.sendto(b"data", ("224.3.29.71", 9999))
        while len(got) < wanted:
            got.append(sock.recvfrom(16))
    except socket.timeout:
        pass
    finally:
        sock.close()
    return got


@test("a plain client that sends `data` to 224.3.29.71:9999 is answered by mcast serve")
def client_default():
    s, c = pair()
    v = serve(s)
    same(tutorial_client(c, 1), [(b"data", (s.addr(4), 9999))], "answer")
    same(tutorial_client(s, 1)[0][0], b"data", "answer on the same host")
    same(end(v.stop())["replies"], 2, "replies")


@test("a plain client over IPv6 is answered by mcast serve -6")
def client_six():
    s, c = pair()
    serve(s, "-6")
    asker = Client(c, 6)
    asker.send(b"data", "ff15::e003:1d47", 9999)
    same(asker.receive(1), [(b"data", s.addr(6), 9999)], "answer")


@test("two mcast servers and a plain one on one host all answer, ping marks duplicates", families=True)
def one_host(fam):
    s, c = pair()
    t = target(group(fam))
    vs = [serve(s, t), serve(s, t)]
    plain = Responder(s, fam, group(fam))
    r = ping(c, "-c", 3, "-i", 0.2, "-W", 5, t)
    same(r.code, 0, "exit code")
    who = of(r.events, "responder")
    seen = [[e[k] for k in ("responder", "port", "sent", "received")] for e in who]
    same(seen, [[s.addr(fam), 5000, 3, 3]], "responder")
    check(who[0]["duplicates"] >= 4, "fewer than two duplicates for each of two datagrams", who)
    check(len(of(r.events, "reply", duplicate=True)) >= 4, "duplicates are not marked")
    same(plain.requests, 3, "requests of the plain server")
    for v in vs:
        same(end(v.stop())["replies"], 3, "replies of each mcast server")


@test("a second server on the same host on another port is told apart by its port")
def two_ports():
    s, c = pair()
    serve(s, target(group(4), 5000), target(group(4), 5001))
    for port in (5000, 5001):
        r = hears(c, target(group(4), port))
        same({e["port"] for e in of(r.events, "reply")}, {port}, "port")


@test("three servers and one client on a bridge: three responders", families=True)
def three_servers(fam):
    nodes = [Node("s%d" % i) for i in range(3)]
    c = Node("client")
    lan(c, *nodes)
    t = target(group(fam))
    serve(nodes[0], t)
    serve(nodes[1], t)
    Responder(nodes[2], fam, group(fam))
    r = hears(c, t, responders=3)
    wanted = sorted(n.addr(fam) for n in nodes)
    same(sorted(e["responder"] for e in of(r.events, "responder")), wanted, "responders")
    for e in of(r.events, "responder"):
        same((e["sent"], e["received"], e["duplicates"]), (2, 2, 0), "totals of " + e["responder"])
    same(end(r)["responders"], 3, "number of responders")
    r = ping(c, "-c", 1, "-W", 1, "--min-responders", 4, t)
    same((r.code, len(of(r.events, "reply"))), (1, 3), "exit code and replies when four are asked for")


if __name__ == "__main__":
    main()
