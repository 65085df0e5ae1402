#!/usr/bin/env python3
"""Connections by the thousand, each with its outcome and the process that held it, held against what the kernel counts.

Usage: connections.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]
"""
import collections
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])

HEAD = """
title = "Connections are told apart"
why = "Attribution"
verifies = ["share.every-process-serves"]
waive = ["unexpected-process"]
"""

# Everybody stands still: a thousand connections wait in the queues of four listeners.
QUEUED = HEAD + """
[launch]
workers = 3
[[step]]
await = "ready"
[[step]]
freeze = "all"
[[step]]
open = "queued"
count = 1000
at-once = 1000
until = "connected"
request = "nothing"
[[step]]
look = "full"
[[expect]]
processes = "all"
count = 4
at = "full"
"""

# One worker is interrupted under load, and closes its listener with what has come since it last looked.
CLOSED = HEAD + """
[launch]
workers = 3
[[step]]
await = "ready"
[[step]]
freeze = "worker 2"
[[step]]
open = "queued"
count = 400
at-once = 400
until = "sent"
hung-after = "30s"
[[step]]
signal = "KILL"
to = "worker 2"
[[step]]
await = "exited"
of = "worker 2"
[[step]]
await = "concluded"
connections = "queued"
within = "20s"
[[expect]]
connections = "queued"
outcome = "answered"
"""

# Whoever goes on finds the interrupt before the connections.
ABANDONED = HEAD + """
[launch]
workers = 3
[[step]]
await = "ready"
[[step]]
freeze = "all"
[[step]]
signal = "INT"
to = "all"
[[step]]
open = "queued"
count = 200
at-once = 200
until = "sent"
[[step]]
thaw = "all"
[[step]]
await = "concluded"
connections = "queued"
[[expect]]
connections = "queued"
outcome = "answered"
"""

DRAIN = HEAD + """
[launch]
workers = 3
files = 12000
[[step]]
await = "ready"
[[step]]
open = "slow"
request = "slow"
delay = "8s"
count = 10000
at-once = 500
until = "handled"
within = "60s"
hung-after = "60s"
[[step]]
signal = "INT"
to = "all"
[[step]]
await = "exited"
of = "launcher"
within = "60s"
[[step]]
await = "concluded"
connections = "slow"
[[expect]]
connections = "slow"
outcome = "answered"
count = 10000
"""


def run(scenario, *options, fault=None):
    """The journal of the one case, by event name, and the report's case."""
    with tempfile.TemporaryDirectory(prefix="clusterspec-test-") as name:
        directory = pathlib.Path(name)
        scenarios = directory / "scenarios"
        (scenarios / "documented").mkdir(parents=True)
        (scenarios / "requirements.toml").write_text((SOURCE / "scenarios/requirements.toml").read_text())
        (scenarios / "documented/one.toml").write_text(scenario)
        implementation = (SOURCE / "scenarios/implementations/reference/reference.toml").read_text()
        program = "faulty_server" if fault else "reference_server"
        implementation = implementation.replace('executable = "reference_server"', f'executable = "{BUILD}/{program}"')
        if fault:
            implementation = implementation.replace("endpoint = ", f'arguments = ["--fault", "{fault}"]\nendpoint = ', 1)
        (directory / "server.toml").write_text(implementation)
        done = subprocess.run([BUILD / "clusterspec", "run", "--scenarios", scenarios, "-i", directory / "server.toml",
                               "--results", directory / "results", "--keep-journals",
                               "--report", f"json={directory}/report.json", *options],
                              capture_output=True, text=True, timeout=200)
        report = json.loads((directory / "report.json").read_text())
        case = report["cases"][0]
        events = collections.defaultdict(list)
        with open(case["journal"]) as journal:
            for line in journal:
                event = json.loads(line)
                events[event["event"]].append(event)
        return done.stdout + done.stderr, case, events


class Connections(unittest.TestCase):
    maxDiff = None

    def test_a_thousand_in_four_queues_each_at_the_right_listener(self):
        told, case, events = run(QUEUED)
        self.assertEqual(case["verdict"], "pass", told)
        full = next(e for e in events["listeners-seen"] if e["occasion"] == "full")
        counted = {listener["socket"]: listener["queued"] for listener in full["listeners"]}
        named = collections.Counter(e["listener"] for e in events["concluded"])
        self.assertEqual(len(counted), 4)
        self.assertEqual(sum(counted.values()), 1000)
        self.assertEqual(dict(named), counted)

    def test_a_queue_that_dies_with_its_process_bears_its_name(self):
        told, case, events = run(CLOSED)
        owner = {e["socket"]: e["pid"] for e in events["listening"]}
        killed = next(e["target"] for e in events["signalled"] if e["signal"] == 9)
        outcomes = collections.Counter((e["outcome"], owner[e["listener"]] == killed) for e in events["concluded"])
        self.assertEqual(set(outcomes), {("answered", False), ("reset", True)}, told)
        self.assertEqual(sum(outcomes.values()), 400)
        self.assertIn(f"at worker 2 (pid {killed})", told)

    def test_a_queue_that_is_closed_is_told_from_connections_that_were_accepted(self):
        told, case, events = run(ABANDONED, fault="abandons-queue")
        owner = {e["socket"]: e["pid"] for e in events["listening"]}
        launcher = events["launched"][0]["pid"]
        # The launcher serves until the workers have ended.
        outcomes = collections.Counter((e["outcome"], owner[e["listener"]]) for e in events["concluded"])
        self.assertEqual({pid for outcome, pid in outcomes if outcome == "answered"}, {launcher}, told)
        reset = {pid: count for (outcome, pid), count in outcomes.items() if outcome == "reset-queued"}
        self.assertEqual(reset, {e["pid"]: e["queued"] for e in events["closing-queue"]}, told)
        self.assertEqual(sum(outcomes.values()), 200)
        self.assertEqual(len(reset), 3)
        self.assertIn("begun while draining: 200", told)

    def test_ten_thousand_across_a_drain(self):
        told, case, events = run(DRAIN)
        self.assertEqual(case["verdict"], "pass", told)
        self.assertEqual(len(events["concluded"]), 10000)
        self.assertEqual({e["outcome"] for e in events["concluded"]}, {"answered"})
        # The largest of all processes below us, in KiB: each of them was waited for.
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 300 * 1024)
        ended = max(e["at"] for e in events["exited"])
        print(f"from the drain's end to the case's: {(events['case-ended'][0]['at'] - ended) / 1e6:.0f} ms; "
              f"in all {case['seconds']:.1f} s; largest process "
              f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[3:]])
