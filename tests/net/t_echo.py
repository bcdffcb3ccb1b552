#!/usr/bin/env python3
"""t_echo.py - mcast serve answers mcast ping and bare sockets: who, what, from where, how much."""
import re
import signal
import socket

from rig import Node, link, offload, pair, three, wait_until
from tap import among, check, main, same, test
from verbs import Client, Verb, ask, deaf, end, group, hears, of, ping, serve, target, text


@test("a server answers a client on the other end of a wire", families=True)
def echo(fam):
    s, c = pair()
    t = target(group(fam))
    v = serve(s, t)
    r = ping(c, "-c", 3, "-i", 0.05, t)
    same(r.code, 0, "exit code")
    replies = of(r.events, "reply")
    same([e["seq"] for e in replies], [1, 2, 3], "sequence numbers")
    for e in replies:
        same((e["responder"], e["port"], e["bytes"], e["ttl"]), (s.addr(fam), 5000, 56, 64), "reply")
        same((e["duplicate"], e["late"], e["altered"]), (False, False, False), "marks")
        among(e["rtt_s"], 1e-7, 5, "round-trip time")
    who = of(r.events, "responder")
    same([(e["responder"], e["sent"], e["received"], e["loss"], e["ttl"]) for e in who],
         [(s.addr(fam), 3, 3, 0, 64)], "totals of the responder")
    among(who[0]["rtt_p50_s"], who[0]["rtt_min_s"] * 0.98, who[0]["rtt_max_s"] * 1.02, "median")
    same((end(r)["sent"], end(r)["received"], end(r)["responders"]), (3, 3, 1), "totals")
    start = of(r.events, "start")[0]
    same([start[k] for k in ("group", "port", "bytes", "ttl")], [group(fam), 5000, 56, 1], "start of ping")
    v.stop()


@test("the server's totals add up, for each client and in all", families=True)
def totals(fam):
    s, c, other = three()
    t = target(group(fam))
    v = serve(s, t)
    hears(c, t)
    ping(other, "-c", 3, "-i", 0.05, "-s", 1000, t)
    r = v.stop()
    same(r.code, 0, "exit code")
    clients = {e["address"]: (e["ifname"], e["requests"], e["replies"], e["bytes"], e["refused"])
               for e in of(r.events, "client")}
    same(clients, {c.addr(fam): ("eth0", 2, 2, 112, 0), other.addr(fam): ("eth0", 3, 3, 3000, 0)}, "clients")
    e = end(r)
    same((e["clients"], e["requests"], e["replies"], e["bytes"]), (2, 5, 5, 3112), "totals")
    same((e["refused"], e["unsent"], e["dropped"]), ({}, 0, 0), "what was not answered")


@test("the start event says target, interfaces, addresses, buffers", families=True)
def start_event(fam):
    s, _ = pair()
    v = serve(s, "--rcvbuf", "64K", target(group(fam)))
    e = v.of("start")[0]
    got = e["targets"][0]
    same((got["group"], got["port"], got["sources"]), (group(fam), 5000, []), "target")
    on = {i["ifname"]: (i["ifindex"], i["address"]) for i in got["interfaces"]}
    same(sorted(on), ["eth0", "lo"], "interfaces")
    same(on["eth0"], (s.index("eth0"), s.addr(fam)), "index and address of eth0")
    same((e["rcvbuf"], e["rcvbuf_asked"], e["sndbuf_asked"]), (65536, 65536, None), "buffers")
    check({("eth0", group(fam)), ("lo", group(fam))} <= s.joined(fam), "not joined on both interfaces")
    v.stop()
    check(("eth0", group(fam)) not in s.joined(fam), "joined still when it has ended")


@test("a buffer beyond the system's maximum is cut, and the start says so")
def buffer_cut():
    s, _ = pair()
    e = serve(s, "--rcvbuf", "1G", target(group(4))).of("start")[0]
    same(e["rcvbuf_asked"], 1 << 30, "asked")
    check(e["rcvbuf"] < 1 << 30, "granted no less than 1 GiB: %d" % e["rcvbuf"])
    same(e["rcvbuf"], e["rcvbuf_max"], "granted, and the maximum")
    v = Verb(s, "serve", "--rcvbuf", "1G", target(group(4, 2)), as_json=False)
    v.wait_line(lambda line: str(e["rcvbuf_max"]) in line or "%gM" % (e["rcvbuf_max"] / 2**20) in line
                or "%gK" % (e["rcvbuf_max"] / 2**10) in line)


@test("without a target both ends mean the same group and port", families=True)
def defaults(fam):
    s, c = pair()
    wanted = "224.3.29.71" if fam == 4 else "ff15::e003:1d47"
    v = serve(s, *([] if fam == 4 else ["-6"]))
    got = v.of("start")[0]["targets"]
    same([(t["group"], t["port"]) for t in got], [(wanted, 9999)], "target")
    r = ping(c, "-c", 1, *([] if fam == 4 else ["-6"]))
    same([(e["responder"], e["port"]) for e in of(r.events, "reply")], [(s.addr(fam), 9999)], "reply")
    v.stop()


@test("port 0 takes a free port, says which, and is answered there", families=True)
def port_zero(fam):
    s, c = pair()
    port = serve(s, target(group(fam), 0)).of("start")[0]["targets"][0]["port"]
    among(port, 1024, 65535, "port")
    r = hears(c, target(group(fam), port))
    same({e["port"] for e in of(r.events, "reply")}, {port}, "port of the reply")


@test("of a source-specific target that source alone is heard", families=True)
def ssm(fam):
    s, c, other = three()
    g = "232.1.1.1" if fam == 4 else "ff35::1234"
    v = serve(s, target(g, source=c.addr(fam)))
    same(v.of("start")[0]["targets"][0]["sources"], [c.addr(fam)], "sources")
    deaf(other, target(g))
    hears(c, target(g))
    r = v.stop()
    same([e["address"] for e in of(r.events, "client")], [c.addr(fam)], "clients")
    same(end(r)["requests"], 2, "requests")


@test("a group with two sources hears both and nobody else", families=True)
def ssm_two(fam):
    s, c, other = three()
    g = "232.1.1.2" if fam == 4 else "ff35::1235"
    serve(s, target(g, source=c.addr(fam)), target(g, source=other.addr(fam)))
    hears(c, target(g))
    hears(other, target(g))
    deaf(s, target(g))


@test("65,507 bytes come back whole", families=True)
def largest(fam):
    s, c = pair()
    t = target(group(fam))
    v = serve(s, t)
    r = ping(c, "-c", 2, "-i", 0.1, "-W", 5, "-s", 65507, t)
    same([(e["bytes"], e["altered"]) for e in of(r.events, "reply")], [(65507, False)] * 2, "replies")
    same(end(v.stop())["bytes"], 2 * 65507, "bytes returned")


@test("datagrams come back whole where the interface does no checksums", families=True)
def no_offload(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    offload(s, "eth0", False)
    offload(c, "eth0", False)
    t = target(group(fam))
    serve(s, t)
    r = ping(c, "-f", "-c", 500, "-w", 20, "-s", 1000, "--window", 32, t)
    who = of(r.events, "responder")
    same([(e["sent"], e["received"], e["altered"]) for e in who], [(500, 500, 0)], "totals")


@test("an empty datagram is answered with an empty one, and the server lives on", families=True)
def empty(fam):
    s, c = pair()
    v = serve(s, target(group(fam)))
    for _ in range(3):
        same(ask(c, fam, group(fam), data=b""), [(b"", s.addr(fam), 5000)], "answer to nothing")
    same(ask(c, fam, s.addr(fam), data=b""), [(b"", s.addr(fam), 5000)], "answer to nothing, unicast")
    hears(c, target(group(fam)))
    r = v.stop()
    same((end(r)["requests"], end(r)["replies"]), (6, 6), "requests and replies")


@test("every datagram comes back octet for octet", families=True)
def octets(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    every = bytes(range(256))
    for data in (b"\0", b"\n", every, every * 5, b"x" * 1472, b"x" * 1473, b"\0" * 9000):
        same(ask(c, fam, group(fam), data=data), [(data, s.addr(fam), 5000)], "echo of %d bytes" % len(data))


CARS = [b"%010d" % i for i in range(60)] + [b"end"]


@test("a train of datagrams comes back datagram for datagram", families=True)
def train(fam):
    s, c = pair()
    v = serve(s, "-v", target(group(fam)))
    for address in group(fam), s.addr(fam):
        asker = Client(c, fam)
        asker.train(b"".join(CARS), 10, address)
        same([d for d, _, _ in asker.receive(len(CARS))], CARS, "replies of " + address)
    r = v.stop()
    same([e["payload"].encode() for e in of(r.events, "request")], CARS * 2, "requests shown")
    same((end(r)["requests"], end(r)["replies"], end(r)["bytes"]), (122, 122, 2 * 603), "totals")


@test("-c and --rate cut a train where they must", families=True)
def train_cut(fam):
    s, c = pair()
    for args in (["-c", 7], ["--rate", 7]):
        v = serve(s, *args, target(group(fam)))
        asker = Client(c, fam)
        asker.train(b"".join(CARS), 10, group(fam))
        same([d for d, _, _ in asker.receive(len(CARS), 0.5)], CARS[:7], "replies with %s" % args)
        r = v.wait() if args[0] == "-c" else v.stop()
        same((end(r)["replies"], end(r)["bytes"]), (7, 70), "totals with %s" % args)
    same(end(r)["refused"], {"rate": len(CARS) - 7}, "refused")


@test("requests lost in a full receive buffer are counted", families=True)
def dropped(fam):
    s, c = pair()
    v = serve(s, "--rcvbuf", "2K", target(group(fam)))
    v.send_signal(signal.SIGSTOP)
    asker = Client(c, fam)
    for _ in range(300):
        asker.send(b"x" * 100, group(fam))
    v.send_signal(signal.SIGCONT)
    hears(c, target(group(fam)))
    e = end(v.stop())
    among(e["dropped"], 1, 299, "dropped")
    same(e["requests"] + e["dropped"], 302, "requests taken and lost")


@test("a unicast request is answered, from the address it was sent to", families=True)
def unicast(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    second = "10.0.0.77" if fam == 4 else "fd00::77"
    s.ip("addr add %s/%d dev eth0" % (second, 24 if fam == 4 else 64))
    serve(s, target(group(fam)))
    same(ask(c, fam, s.addr(fam)), [(b"question", s.addr(fam), 5000)], "answer of the first address")
    same(ask(c, fam, second), [(b"question", second, 5000)], "answer of the second address")
    deaf(c, target(group(fam, 2)))


@test("a unicast request from a link-local address is answered")
def unicast_link_local():
    s, c = pair()
    serve(s, target(group(6)))
    rows = [line.split() for line in s.proc("if_inet6").splitlines()]
    local = [r[0] for r in rows if r[5] == "eth0" and r[0].startswith("fe80")]
    address = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(local[0]))
    got = ask(c, 6, "%s%%%d" % (address, c.index("eth0")))
    same([(d, a.split("%")[0], p) for d, a, p in got], [(b"question", address, 5000)], "answer")


@test("a client on the server's own host is answered, over lo alone, too", families=True)
def own_host(fam):
    s, _ = pair()
    t = target(group(fam))
    v = serve(s, t)
    hears(s, t)
    v.stop()
    alone = Node("alone")
    if fam == 6:
        alone.ip("route add local ff00::/8 dev lo")
    v = serve(alone, t)
    same([i["ifname"] for i in v.of("start")[0]["targets"][0]["interfaces"]], ["lo"], "interfaces")
    hears(alone, t, "-I", "lo")


@test("with --no-loop the server's own host is not answered, others are", families=True)
def server_no_loop(fam):
    s, c = pair()
    t = target(group(fam))
    v = serve(s, "--no-loop", t)
    same(v.of("start")[0]["loop"], False, "loop")
    deaf(s, t)
    hears(c, t)
    check(end(v.stop())["refused"].get("loop", 0) >= 2, "refusals are not counted as loop")


@test("100 groups are joined and answered though a socket holds 20", families=True)
def hundred(fam):
    s, c = pair()
    s.sysctl("net.ipv4.igmp_max_memberships", 20)
    v = serve(s, target(group(fam, 1)) + "+100")
    groups = [group(fam, i + 1) for i in range(100)]
    if fam == 6:
        groups = [socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, g)) for g in groups]
    missing = {("eth0", g) for g in groups} - s.joined(fam)
    check(not missing, "not joined", *sorted(missing)[:5])
    asker = Client(c, fam)
    for g in groups:
        asker.send(g.encode(), g)
    same(sorted(d.decode() for d, _, _ in asker.receive(100)), sorted(groups), "groups that answered")
    asker.send(b"beyond", group(fam, 101))
    hears(c, target(group(fam, 100)))
    same(asker.receive(1, 0.2), [], "answers of a group beyond the last")
    same(end(v.stop())["requests"], 102, "requests")


@test("100 targets, one argument each, both families at once")
def hundred_arguments():
    s, c = pair()
    serve(s, *[target(group(fam, i), 5000 + i) for i in range(1, 51) for fam in (4, 6)])
    for fam in (4, 6):
        asker = Client(c, fam)
        for i in range(1, 51):
            asker.send(b"%d" % i, group(fam, i), 5000 + i)
        got = asker.receive(50)
        wanted = [(i, 5000 + i) for i in range(1, 51)]
        same(sorted((int(d), p) for d, _, p in got), wanted, "answers, IPv%d" % fam)


@test("one server, an IPv4 and an IPv6 target on one port, -4 and -6")
def mixed():
    s, c = pair()
    v = serve(s, target(group(4)), target(group(6)))
    hears(c, target(group(4)))
    hears(c, target(group(6)))
    for fam in (4, 6):
        same(ask(c, fam, s.addr(fam)), [(b"question", s.addr(fam), 5000)], "unicast answer, IPv%d" % fam)
    r = v.stop()
    clients = {e["address"]: e["requests"] for e in of(r.events, "client")}
    same(clients, {c.addr(4): 3, c.addr(6): 3}, "clients")


@test("two groups on one port answer once each")
def one_port():
    s, c = pair()
    serve(s, target(group(4, 1)), target(group(4, 2)))
    for n in (1, 2):
        r = hears(c, target(group(4, n)))
        same(of(r.events, "reply", duplicate=True), [], "duplicates")
    asker = Client(c, 4)
    asker.send(b"once", s.addr(4))
    same(len(asker.receive(2, 0.5)), 1, "answers to one unicast request")


@test("-c ends the server after so many replies, exit 0", families=True)
def count(fam):
    s, c = pair()
    v = serve(s, "-c", 3, target(group(fam)))
    r = ping(c, "-c", 4, "-i", 0.05, "-W", 0.5, target(group(fam)))
    same(len(of(r.events, "reply")), 3, "replies heard")
    r = v.wait()
    same((r.code, end(r)["replies"]), (0, 3), "exit code and replies")


@test("-w ends the server in time, exit 0")
def deadline():
    s, c = pair()
    v = serve(s, "-w", 1.5, target(group(4)))
    hears(c, target(group(4)))
    r = v.wait(20)
    same((r.code, end(r)["replies"]), (0, 2), "exit code and replies")
    among(end(r)["seconds"], 1.3, 15, "seconds")


@test("-v tells of each datagram: from, to, interface, TTL, payload", families=True)
def verbose(fam):
    s, c = pair()
    v = serve(s, "-v", target(group(fam)))
    asker = Client(c, fam, ttl=3)
    asker.send(b'a\tb"\\\n\x01\xff', group(fam))
    asker.receive(1)
    port = asker.sock.getsockname()[1]
    e = v.wait_event("request")
    same((e["source"], e["source_port"]), (c.addr(fam), port), "source")
    same((e["destination"], e["port"]), (group(fam), 5000), "destination")
    same((e["ifname"], e["ifindex"]), ("eth0", s.index("eth0")), "interface")
    same((e["bytes"], e["ttl"]), (8, 3), "bytes and TTL")
    same((e["payload"], e["refused"]), ('a\\tb\\"\\\\\\n\\x01\\xff', None), "payload and refusal")
    asker.send(b"y" * 1000, group(fam))
    e = v.wait_event("request", bytes=1000)
    among(len(e["payload"]), 64, 70, "characters of a long payload shown")


@test("-v prints the line the manual shows")
def verbose_text():
    s, c = pair()
    v = Verb(s, "serve", "-v", target(group(4)), as_json=False)
    v.wait_line(lambda line: "239.1.2.1" in line and "eth0" in line)
    asker = Client(c, 4)
    asker.send(b"payload", group(4))
    same(len(asker.receive(1)), 1, "answers")
    form = r'\d\d:\d\d:\d\d\.\d{6} 10\.0\.0\.2:%d > 239\.1\.2\.1:5000 eth0 7 bytes ttl=1 "payload"'
    wanted = re.compile(form % asker.sock.getsockname()[1])
    v.wait_line(wanted.fullmatch)
    r = v.stop()
    check("10.0.0.2" in r.stdout.split('"payload"')[-1], "the totals do not name the client", r.stdout)


@test("-q prints the totals alone; -t sets the TTL of replies", families=True)
def quiet(fam):
    s, c = pair()
    v = Verb(s, "serve", "-q", "-t", 33, target(group(fam)), as_json=False)
    check(wait_until(lambda: ("eth0", group(fam)) in s.joined(fam)), "not joined")
    r = hears(c, target(group(fam)))
    same({e["ttl"] for e in of(r.events, "reply")}, {33}, "TTL of the replies")
    same(v.lines, [], "lines before the end")
    check(c.addr(fam) in v.stop().stdout, "-q does not print the client's totals", *v.lines)


@test("a text ping prints what the manual shows")
def ping_text():
    s, c = pair()
    serve(s, target(group(4)))
    r = text(c, "ping", "-c", 2, "-i", 0.05, target(group(4)))
    same(r.code, 0, "exit code")
    for n in (1, 2):
        form = r"56 bytes from 10\.0\.0\.1:5000: seq=%d ttl=64 time=[0-9.]+ ms" % n
        check(re.search("^%s$" % form, r.stdout, re.M), "no line of form " + form, r.stdout)
    check("p99" in r.stdout and "0%" in r.stdout.replace(" ", ""), "no summary", r.stdout)


@test("--busy-poll answers as well", families=True)
def busy_poll(fam):
    s, c = pair()
    v = serve(s, "--busy-poll", target(group(fam)))
    hears(c, target(group(fam)))
    hears(c, target(group(fam)), "--busy-poll")
    same(v.stop().code, 0, "exit code")


if __name__ == "__main__":
    main()
