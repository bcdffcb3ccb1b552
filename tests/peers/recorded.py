"""
recorded.py - results as `mcast recv --json` prints them, made up: of many senders, groups and receivers, with loss,
delays and gaps, so that a page of a hundred streams needs no hundred streams. The same each time.
"""
import json
import math
import random

BEGAN = 1767323045.125  # 2026-01-02 03:04:05 UTC
RATE = 1000


def rounded(v):
    return float("%.9f" % v)


def share(lost, packets):
    return float("%.16g" % (lost / (lost + packets)))


def head(event, ts, host):
    return {"event": event, "ts": ts, "host": host, "schema": 1}


def name(sender, group, six):
    return {
        "group": "ff3e::4321:%x" % group if six else "239.1.0.%d" % (group + 1),
        "port": 5000,
        "source": "2001:db8:17:5::%x" % (sender + 1) if six else "10.0.0.%d" % (sender + 1),
        "source_port": 40001 + group,
        "ifname": "eth0",
        "ifindex": 2,
    }


def delays(rnd, center, basis):
    hist = {}
    for _ in range(2000):
        d = center * rnd.lognormvariate(0.2, 0.35) * (25 if rnd.random() < 0.002 else 1)
        slot = 2 ** max(0, math.floor(math.log2(d * 1e9)) - 6)
        v = rounded(math.floor(d * 1e9 / slot) * slot / 1e9)
        hist[v] = hist.get(v, 0) + 5
    pairs, total = sorted(hist.items()), sum(hist.values())

    def quantile(q):
        seen = 0
        for v, n in pairs:
            seen += n
            if seen >= q * total:
                return v

    return {
        "basis": basis, "offset_s": 0.001234567, "drift_ppm": -3.25, "uncertainty_s": 1.2e-05,
        "min_s": pairs[0][0], "mean_s": rounded(sum(v * n for v, n in pairs) / total), "p50_s": quantile(0.5),
        "p90_s": quantile(0.9), "p99_s": quantile(0.99), "p999_s": quantile(0.999), "max_s": pairs[-1][0],
        "negative": 0, "hist": [list(p) for p in pairs],
    }


def series(rnd, seconds, lossy, center):
    s = {"step_s": 1.0, "packets": [], "bytes": [], "lost": [], "delay_mean_s": [], "delay_max_s": []}
    for second in range(seconds):
        lost = rnd.randint(1, 40) if lossy and rnd.random() < 0.4 else 0
        mean = center * (1.3 + 0.2 * math.sin(second / 4))
        silent = seconds > 20 and second in (11, 12, 14)
        s["packets"].append(0 if silent else RATE - lost)
        s["bytes"].append(0 if silent else (RATE - lost) * 1000)
        s["lost"].append(0 if silent else lost)
        s["delay_mean_s"].append(None if silent else rounded(mean))
        s["delay_max_s"].append(None if silent else rounded(mean * rnd.choice([3, 4, 6, 30])))
    return s


def gaps_of(s, ts):
    return [
        {"ts": ts + i + 0.25, "first": i * RATE + 100, "n": n, "missing": n, "where": "socket" if i % 3 == 0 else "way"}
        for i, n in enumerate(s["lost"]) if n
    ]


def stream(rnd, host, ts, sender, group, seconds, lossy, six):
    center = 18e-6 * (1 + sender)
    s = series(rnd, seconds, lossy, center)
    gaps, packets, lost = gaps_of(s, ts), sum(s["packets"]), sum(s["lost"])
    span = seconds - 0.2
    return {
        **head("stream", ts + seconds, host), **name(sender, group, six),
        "format": "probe", "session": "00c0ffee%08x" % group, "restarts": 0,
        "first_ts": ts + 0.2, "last_ts": ts + seconds, "seconds": span, "packets": packets, "bytes": packets * 1000,
        "pps": round(packets / span, 3), "bps": round(packets * 8000 / span, 1),
        "peak_ms_packets": 14, "peak_ms_bytes": 14000, "bytes_min": 1000, "bytes_max": 1000,
        "ttl_min": 1, "ttl_max": 1, "dscp": [0, 46], "ce": 0,
        "numbered": True, "first_seq": 17, "last_seq": 17 + packets + lost, "missed_before": 17,
        "lost": lost, "loss": share(lost, packets), "lost_socket": sum(g["n"] for g in gaps if g["where"] == "socket"),
        "reordered": 3, "duplicates": 1, "old": 0, "ended": True, "gaps": gaps, "gaps_total": len(gaps),
        "gaps_open": len(gaps),
        "join_latency_s": 0.213, "leave_latency_s": None, "after_leave": None, "jitter_s": 4.2e-06,
        "delay": delays(rnd, center, ("echo", "envelope", "synced")[sender % 3]),
        "train_sent": 1, "train_came": 44, "ts_stream": None, "unmarked": 0, "series": s,
    }


def unnumbered(o):
    """The same stream, of a format nobody knows."""
    plain = dict.fromkeys(
        "missed_before lost loss lost_socket reordered duplicates old first_seq last_seq delay jitter_s session".split()
    )
    o.update(plain, numbered=False, format="none", gaps=[], gaps_total=0, gaps_open=0)
    for key in "delay_mean_s", "delay_max_s", "lost":
        o["series"][key] = [None] * len(o["series"][key])
    return o


def redundant(host, ts):
    return {
        **head("redundant", ts, host), "a": "239.1.0.1:5000", "b": "239.1.0.2:5000", "received_a": 99990,
        "received_b": 99997, "both": 99987, "only_a": 3, "only_b": 10, "neither": 0, "lost_a": 10, "lost_b": 3,
        "loss": 0.0, "late": 0, "apart": 5, "a_first": 60000, "b_first": 39987,
        "difference": {"p50_s": 1.1e-05, "p99_s": 9.7e-05, "max_s": 0.00123, "a_ahead_max_s": 0.00123,
                       "b_ahead_max_s": 0.0004},
    }


def run(host, senders=1, groups=1, seconds=30, lossy=False, six=False, twice=False, plain=False, ts=BEGAN):
    rnd = random.Random(host)
    streams = [stream(rnd, host, ts, s, g, seconds, lossy and (s + g) % 3 == 0, six)
               for s in range(senders) for g in range(groups)]
    if plain:
        streams.append(unnumbered(stream(rnd, host, ts, 7, 99, seconds, False, six)))
    target = {"target": "239.1.0.1:5000+%d" % groups, "group": "239.1.0.1", "port": 5000, "count": groups,
              "sources": [], "mode": "exclude", "interfaces": ["eth0"]}
    packets, lost = sum(s["packets"] for s in streams), sum(s["lost"] or 0 for s in streams)
    start = {**head("start", ts, host), "targets": [target], "sockets": groups, "rcvbuf": 4194304,
             "rcvbuf_asked": None, "clock": "auto", "stamps": "kernel", "redundant": twice}
    dropped = 12 if lossy else 0
    end = {**head("end", ts + seconds, host), "seconds": seconds + 0.004, "streams": len(streams), "packets": packets,
           "bytes": packets * 1000, "pps": round(packets / seconds, 3), "bps": round(packets * 8000 / seconds, 1),
           "lost": lost, "loss": share(lost, packets), "lost_socket": sum(s["lost_socket"] or 0 for s in streams),
           "dropped_socket": 0, "dropped_interface": dropped, "other_packets": 0, "misplaced": 0, "no_clock": 0,
           "verdict": "good", "exit": 0}
    interface = {**head("interface", ts + seconds, host), "ifname": "eth0", "ifindex": 2, "packets": packets + 77,
                 "dropped": dropped, "missed": 0, "errors": 0}
    return [start, *streams, *([redundant(host, ts + seconds)] if twice else []), interface, end]


def write(path, *runs):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(o) + "\n" for r in runs for o in r)
    return path
