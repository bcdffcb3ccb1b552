"""
chromium.py - a headless Chromium, driven by the DevTools protocol over a pipe: pages opened, what they say on the
console and ask for kept, scripts evaluated in them, pictures taken. Knows nothing of reports.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-extensions --hide-scrollbars --remote-debugging-pipe""".split()
PATIENCE = 60  # seconds for one answer


class Chromium:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="mcast-chromium-")
        from_us, self.to = os.pipe()
        self.come, to_us = os.pipe()
        self.seen, self.rest, self.number = [], b"", 0  # events; octets of the message that is coming
        argv = ["chromium", *FLAGS, "--user-data-dir=" + self.home, "about:blank"]
        # The pipe is descriptors 3 and 4; first out of their way, wherever they are now.
        wire = 'exec 3<&%d 4>&%d; exec "$@"' % (from_us, to_us)
        log = open(os.path.join(self.home, "log"), "wb")
        self.process = subprocess.Popen(["bash", "-c", wire, "-", *argv], pass_fds=(from_us, to_us),
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        os.close(from_us)
        os.close(to_us)
        log.close()
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.call(domain + ".enable")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except Exception:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.come)
        shutil.rmtree(self.home, ignore_errors=True)

    def _message(self, end):
        while b"\0" not in self.rest:
            if not select.select([self.come], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            more = os.read(self.come, 1 << 20)
            if not more:
                with open(os.path.join(self.home, "log"), errors="replace") as f:
                    raise EOFError("Chromium is gone: " + f.read()[-2000:])
            self.rest += more
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        left = json.dumps(message).encode() + b"\0"
        while left:
            left = left[os.write(self.to, left):]
        end = time.monotonic() + PATIENCE
        while True:
            m = self._message(end)
            if m.get("id") == self.number:
                if "error" in m:
                    raise RuntimeError("%s: %s" % (method, m["error"]))
                return m["result"]
            self.seen.append(m)

    def open(self, url):
        """Opens a page and returns when it is loaded."""
        self.seen = []
        self.call("Page.navigate", url=url)
        end = time.monotonic() + PATIENCE
        while not any(m.get("method") == "Page.loadEventFired" for m in self.seen):
            self.seen.append(self._message(end))

    def ask(self, expression):
        r = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in r:
            raise RuntimeError("%s: %s" % (expression, r["exceptionDetails"]))
        return r["result"].get("value")

    def show(self, wide, dark, media=""):
        """The size of the window, and what the user likes."""
        self.call("Emulation.setDeviceMetricsOverride", width=wide, height=900, deviceScaleFactor=1, mobile=False)
        like = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=like)

    def said(self):
        """What the page put on the console, and what it asked for besides itself."""
        for m in self.seen:
            name, p = m.get("method"), m.get("params", {})
            if name == "Runtime.consoleAPICalled":
                yield "console: %r" % p["args"]
            elif name == "Runtime.exceptionThrown":
                yield "exception: %r" % p["exceptionDetails"]
            elif name == "Log.entryAdded":
                yield "%(level)s: %(text)s" % p["entry"]
            elif name == "Network.requestWillBeSent" and p["request"]["url"] != p["documentURL"]:
                yield "asked for " + p["request"]["url"]

    def picture(self, path, whole=True):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))
