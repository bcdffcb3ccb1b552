"""Who sends and who receives in `./dev bench traffic`: how each is called, and how what it did is counted.

mcast tells itself what it sent and received. Of all others the kernel of the namespace tells: its UDP counters, which
count a datagram of a train like any other where the receiver does not take trains.
"""
import os
import re
import shutil
import signal
import subprocess
import time

from echo import GROUP, PORT, Failed, event, events, stop, wait_for

BUFFER = "4M"  # of every receiver that can be told
PATIENCE = 5   # seconds that recv has to hear that all streams are over


def kernel(namespace):
    """What the kernel counted of UDP over IPv4: received by programs, sent, lost in full buffers."""
    with open(f"/proc/{namespace.holder.pid}/net/snmp", encoding="ascii") as lines:
        names, values = (line.split()[1:] for line in lines if line.startswith("Udp:"))
    one = dict(zip(names, map(int, values)))
    return {"in": one["InDatagrams"], "out": one["OutDatagrams"], "full": one["RcvbufErrors"]}


class End:
    """A program at one end; argv with {size}, {seconds} and {rate} to be filled in."""

    def __init__(self, key, label, *argv, ours=False):
        self.key, self.label, self.argv, self.ours = key, label, argv, ours

    def there(self):
        return self.argv[0] is not None and (os.sep in self.argv[0] or shutil.which(self.argv[0]) is not None)

    def command(self, **words):
        return [word.format(**words) for word in self.argv]


def senders(mcast, plain):
    to, each = f"{GROUP}:{PORT}", ("-s", "{size}", "-w", "{seconds}")
    ours = (mcast, "send", "--json", "--no-answer", "--rate", "{rate}", *each)
    return {end.key: end for end in (
        End("trains", "mcast send", *ours, to, ours=True),
        End("trains16", "mcast send --train 16", *ours, "--train", "16", "--io", "trains", to, ours=True),
        End("single", "mcast send --io single", *ours, "--io", "single", to, ours=True),
        End("batch", "mcast send --io batch", *ours, "--io", "batch", to, ours=True),
        End("iperf", "iperf 2", "iperf", "-u", "-c", GROUP, "-p", str(PORT), "-b", "100g", "-l", "{size}", "-t",
            "{seconds}"),
        End("sockperf", "sockperf tp", "sockperf", "throughput", "-i", GROUP, "-p", str(PORT), "-m", "{size}", "-t",
            "1", "--mc-loopback-enable", "--dontwarmup"),
        End("mgen", "mgen", "mgen", "nolog", "event", f"ON 1 UDP DST {GROUP}/{PORT} PERIODIC [-1 {{size}}]"),
        End("socat", "socat", "socat", "-u", "-b", "{size}", "OPEN:/dev/zero", f"UDP4-DATAGRAM:{GROUP}:{PORT}"),
        End("plain", "plain sendto", plain, "send", GROUP, str(PORT), "{size}", "{seconds}"),
    )}


def receivers(mcast, plain):
    listen = ("--rcvbuf", BUFFER, f"{GROUP}:{PORT}")
    return {end.key: end for end in (
        End("recv", "mcast recv", mcast, "recv", "--json", "--until-end", "--clock", "synced", *listen, ours=True),
        End("recv-apart", "mcast recv --no-trains", mcast, "recv", "--json", "--until-end", "--clock", "synced",
            "--no-trains", *listen, ours=True),
        End("iperf", "iperf 2", "iperf", "-s", "-u", "-B", GROUP, "-p", str(PORT), "-w", BUFFER),
        End("sockperf", "sockperf sr", "sockperf", "server", "-i", GROUP, "-p", str(PORT), "--buffer-size",
            str(4 << 20)),
        End("mgen", "mgen", "mgen", "nolog", "rxbuffer", str(4 << 20), "port", str(PORT), "event", f"0.0 JOIN {GROUP}"),
        End("mcjoin", "mcjoin", os.environ.get("MCJOIN") or shutil.which("mcjoin"), "-o", "-p", str(PORT), GROUP),
        End("plain", "plain recvfrom", plain, "recv", GROUP, str(PORT)),
    )}


class Taker:
    """A receiver that runs in a place, from when it has joined until it is asked what came."""

    def __init__(self, place, end, cpu, **words):
        self.place, self.end = place, end
        self.process = place.server.start(end.command(**words), cpu)
        self.started = self.process.stdout.readline() if end.ours else ""  # says when all groups are joined
        wait_for(lambda: self.process.poll() is not None or place.server.joined(place.device), 8)
        if self.process.poll() is not None:
            raise Failed(f"{end.label} ended: {self.process.stderr.read().strip()[-200:]}")
        self.before = kernel(place.server)

    def settled(self):
        last, began = None, time.monotonic()
        while last != (last := kernel(self.place.server)["in"]) and time.monotonic() < began + 3:
            time.sleep(0.05)
        return {name: n - self.before[name] for name, n in kernel(self.place.server).items()}

    def done(self):
        """Datagrams received, and lost as far as the receiver's socket or the numbers tell."""
        if not self.end.ours:
            counts = self.settled()
            return counts["in"], counts["full"], {}
        try:
            out = self.process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:  # the end was lost, too
            out = stop(self.process, signal.SIGINT)[0]
        end = event(out, "end")
        streams = [e for e in events(out) if e["event"] == "stream"]
        return end["packets"], end["lost"], {"train": max((s["train_came"] for s in streams), default=1)}

    def close(self):
        stop(self.process, signal.SIGKILL)


ENDLESS = ("socat", "mgen")  # stopped by signal, as they have no end of their own, or stay after it


def endless(place, process, seconds):
    """Lets it run for that long from its first datagram on; returns how long that was in fact."""
    before = kernel(place.client)["out"]
    wait_for(lambda: kernel(place.client)["out"] > before or process.poll() is not None, 5)
    began = time.monotonic()
    time.sleep(seconds)
    stop(process, signal.SIGKILL)
    return time.monotonic() - began


def send(place, end, cpu, seconds, **words):
    """Runs a sender for that long: datagrams that it sent, how long that took, and how many in a train."""
    before = kernel(place.client)["out"]
    process = place.client.start(end.command(seconds=seconds, **words), cpu)
    try:
        if end.key in ENDLESS:
            out, err, seconds = "", "", endless(place, process, seconds)
        else:
            out, err = process.communicate(timeout=15)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{end.label} did not end") from error
    finally:
        stop(process, signal.SIGKILL)
    if end.ours:
        one = event(out, "end")
        return one["datagrams"], one["seconds"], one["train_most"]
    sent = kernel(place.client)["out"] - before
    told = re.search(r"Total of (\d+) messages sent in ([\d.]+) sec", out)
    if told:  # sockperf
        return int(told[1]), float(told[2]), 1
    if not sent:
        raise Failed(f"{end.label} sent nothing: {(err.strip().splitlines() or ['?'])[-1][:200]}")
    return sent, seconds, 1
