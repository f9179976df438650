"""The driver's end of the meters: each job connects, and is told when to run and for how long.

The protocol is in Meter.java; plain.py speaks it too.
"""

import json
import select
import socket
import time


class Meter:
    """A job that waits at its gate."""

    def __init__(self, name, pid, stream):
        self.name = name
        self.pid = pid
        self.stream = stream

    def begin(self, seconds):
        self.stream.write(f"run {round(seconds * 1000)}\n")
        self.stream.flush()

    def end(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError(f"{self.name} has gone while it was measured")
        return json.loads(line)

    def run(self, seconds):
        self.begin(seconds)
        return self.end()


class Control:
    """Listens on loopback; closing it lets the meters go."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.connections = []
        return self

    def __exit__(self, *_):
        for connection in [*self.connections, self.socket]:
            connection.close()

    def meters(self, names, failed, timeout=180):
        """By name, once each has said hello; `failed` is asked now and then, and raises if a job will never say it."""
        found = {}
        end = time.monotonic() + timeout
        while set(names) - set(found):
            if time.monotonic() > end:
                raise TimeoutError(f"no job came for {', '.join(set(names) - set(found))} within {timeout} s")
            if not select.select([self.socket], [], [], 1)[0]:
                failed()
                continue
            connection, _ = self.socket.accept()
            stream = connection.makefile("rw", encoding="utf-8", newline="\n")
            self.connections += [stream, connection]
            _, name, pid = stream.readline().split()
            found[name] = Meter(name, int(pid), stream)
        return found
