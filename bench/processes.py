"""Processes: started and stopped by their ids, and what they cost, as the kernel counts it."""

import os
import socket
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def children(pid):
    """The processes that a process started and that still run."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds(pid):
    """CPU time of a process, of its children, and of those children that ended and were waited for."""
    total = own_ticks(pid, waited_for=True)
    for child in children(pid):
        try:
            total += own_ticks(child, waited_for=False)
        except FileNotFoundError:
            # It ended between the list and the look.
            continue
    return total / TICK


def own_ticks(pid, waited_for):
    """`utime` and `stime` of proc_pid_stat(5), and `cutime` and `cstime` where wanted."""
    # The name in parentheses may hold spaces; behind it stands the third field.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11 : 15 if waited_for else 13])


class Server:
    """A server that listens on a port of its own."""

    def __init__(self, words, environment, folder, port):
        self.port = port
        self._log = open(folder / "server.log", "wb")  # noqa: SIM115, it lives as long as the server
        self._process = subprocess.Popen(
            words, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        deadline = time.monotonic() + 60
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"{words[0]} did not start:\n{(folder / 'server.log').read_text()}")
            time.sleep(0.05)

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def pid(self):
        """The process."""
        return self._process.pid

    def cpu_seconds(self):
        """CPU time so far."""
        return cpu_seconds(self._process.pid)

    def stop(self):
        """Stops it as a service manager does."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
