"""Servers as the measurements start them, in a network of their own, and cases of clusterspec with a scenario of their own."""
import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time

import measure

CLONE_NEWNET, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8914, 1
PORT = 3000
STARTS_WITHIN = 10.0

# As the reference server's answer: the same headers but for the name, a body of the same size, both made anew each time.
NGINX_CONF = """daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
worker_processes {workers};
worker_rlimit_nofile 65536;
events {{ worker_connections 30000; multi_accept on; }}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type text/plain;
  server {{
    listen {address} reuseport backlog=4096;
    location = / {{ add_header Server-Pid $pid; return 200 "pid $pid\\nppid 12345\\nrole worker\\n"; }}
    location = /slow {{ alias {bulk}; limit_rate 1000; }}
  }}
}}
"""
NGINX_TOML = """name = "nginx"
executable = "taskset"
arguments = ["-c", "{processors}", "nginx", "-p", "{folder}", "-e", "stderr", "-c", "{folder}/nginx.conf"]
[files."nginx.conf"]
text = '''
{conf}'''
[dialect]
launcher-serves = false
shares-listener = true
forks = true
worker-count = "{{workers}}"
listener-count = "{{workers}}"
graceful-signal = "QUIT"
graceful-target = "launcher"
[requests.quick]
path = "/"
[requests.slow]
path = "/slow"
headers = ["Range: bytes=0-{{delay}}"]
"""
REFERENCE_TOML = """name = "reference"
executable = "taskset"
arguments = ["-c", "{processors}", "{program}", "-w", "{{workers}}"{more}]
endpoint = ["--port={{port}}", "--bind={{host}}"]
[dialect]
launcher-serves = true
worker-count = "{{workers}}"
listener-count = "{{workers + 1}}"
graceful-signal = "INT"
graceful-target = "group"
exit-code = 0
[log]
started = " > worker {{pid}} started"
stopped = " < worker {{pid}} stopped"
[requests.quick]
path = "/"
[requests.slow]
path = "/slow?ms={{delay}}"
"""


def fresh_network():
    """An empty network for this process and those that it starts: no TIME-WAIT of what ran before."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise measure.Failed(f"unshare: {os.strerror(ctypes.get_errno())}: a network of its own needs root")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def listeners(port=PORT):
    count = 0
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        count += words[3] == "0A" and int(words[1].rsplit(":", 1)[1], 16) == port
    return count


def tree(pid):
    """The process and all below it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{one}/task"):
                found += map(int, pathlib.Path(f"/proc/{one}/task/{task}/children").read_text().split())
    return found


def cpu_seconds(pids):
    """Of those that live (schedstat of proc(5): ns on a processor)."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                total += int(pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
    return total / 1e9


def memory_kib(pid):
    """Pss, and what is of this process alone."""
    values = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split()[:2]
        values[name.rstrip(":")] = int(value)
    return {"pss": values["Pss"], "private": values["Private_Clean"] + values["Private_Dirty"]}


class Server:
    """A server that is started, up when so many listen, and ended gracefully at the end of the block."""

    def __init__(self, command, processors, count, end=signal.SIGINT, port=PORT):
        self.command, self.count, self.end, self.port = measure.on(processors, [str(part) for part in command]), count, end, port

    def __enter__(self):
        began = time.monotonic()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        while listeners(self.port) < self.count:
            # No event tells of a listener; the look itself takes as long as this.
            select.select([], [], [], 0.0002)
            if self.process.poll() is not None or time.monotonic() - began > STARTS_WITHIN:
                self.__exit__()
                raise measure.Failed(f"{' '.join(self.command)}: {listeners(self.port)} of {self.count} listeners")
        self.start_ms = (time.monotonic() - began) * 1e3
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        group = -self.process.pid if self.end == signal.SIGINT else self.process.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, self.end)
        try:
            self.process.wait(STARTS_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def pids(self):
        return tree(self.pid)


def slow_file(folder):
    path = pathlib.Path(folder, "bulk")
    if not path.exists():
        path.write_bytes(b"x" * 100_000)
    return path


def nginx(folder, processes, processors=""):
    """So many workers, each with a listener of its own."""
    pathlib.Path(folder, "nginx.conf").write_text(
        NGINX_CONF.format(folder=folder, workers=processes, address=f"127.0.0.1:{PORT}", bulk=slow_file(folder)))
    return Server(["nginx", "-p", folder, "-e", "stderr", "-c", f"{folder}/nginx.conf"], processors, processes, signal.SIGQUIT)


def reference(build, processes, processors=""):
    """The launcher is one of the processes that serve."""
    return Server([build / "reference_server", "-w", processes - 1, "-p", PORT, "--bind=127.0.0.1"], processors, processes)


def nginx_toml(folder, processors):
    conf = NGINX_CONF.format(folder="{dir}", workers="{workers}", address="{address}", bulk=slow_file(folder))
    return NGINX_TOML.format(processors=processors, folder="{dir}", conf=conf)


def reference_toml(build, processors, more=()):
    return REFERENCE_TOML.format(processors=processors, program=build / "reference_server", more="".join(f', "{one}"' for one in more))


def case(build, scenario, implementation, *options, processors="", verdicts=("pass",)):
    """Runs the one case of a scenario given as text: its events, its timings, and what the whole command used."""
    with tempfile.TemporaryDirectory(prefix="clusterspec-bench-") as name:
        folder = pathlib.Path(name)
        (folder / "scenarios/documented/bench").mkdir(parents=True)
        (folder / "scenarios/requirements.toml").write_text((measure.HERE / "scenarios/requirements.toml").read_text())
        (folder / "scenarios/documented/bench/one.toml").write_text(scenario)
        (folder / "server.toml").write_text(implementation)
        command = [build / "clusterspec", "run", "--config=none", "--scenarios", folder / "scenarios", "-i", folder / "server.toml", "-j", "1",
                   "--keep-journals", "--results", folder, "--report", f"json={folder}/report.json", f"--timings={folder}/timings.jsonl",
                   *options]
        output, wall, used = measure.run(measure.on(processors, command), (0, 1, 3), cwd=folder)
        reported = json.loads((folder / "report.json").read_text())
        if len(reported["cases"]) != 1 or reported["cases"][0]["verdict"] not in verdicts:
            raise measure.Failed(f"{reported['cases'][0]['verdict']}: {output[-3000:]}")
        timings = json.loads((folder / "timings.jsonl").read_text())
        journals = list((folder / "journals").glob("*.jsonl"))
        events = [json.loads(line) for line in journals[0].read_text().splitlines()]
    return {"events": events, "timings": timings, "wall": wall, "used": used, "report": reported, "output": output}


def at_step(events, number, end=False):
    """ns since the case began at which a step, counted from 0, began or ended."""
    return next(event["at"] for event in events
                if event["event"] == ("step-ended" if end else "step-begun") and event["index"] == number)
