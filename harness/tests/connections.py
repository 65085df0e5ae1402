#!/usr/bin/env python3
"""Connections by the thousand, each with its outcome and the process that held it, held against what the kernel counts.

Usage: connections.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]
"""
import collections
import itertools
import pathlib
import resource
import signal
import sys
import unittest

from support import run_one

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

# One worker is killed, and its listener with it, while 400 clients wait or are served.
KILLED = HEAD + """
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

# Clients come again and again, and one worker closes its listener with what has come to it since it last looked.
CLOSED_UNDER_LOAD = HEAD + """
[launch]
workers = 3
[[step]]
await = "ready"
[[step]]
load = "constant"
at-once = 64
[[step]]
open = "before"
count = 100
[[step]]
freeze = "worker 2"
[[step]]
signal = "INT"
to = "worker 2"
[[step]]
open = "meanwhile"
count = 100
at-once = 100
until = "connected"
[[step]]
thaw = "worker 2"
[[step]]
await = "exited"
of = "worker 2"
[[step]]
open = "after"
count = 100
[[step]]
stop = "constant"
[[step]]
await = "concluded"
connections = "constant"
[[expect]]
connections = "constant"
outcome = "answered"
never = ["reset-queued", "reset-handshake"]
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


CLIENTS = HEAD + """
[launch]
workers = 2
[[step]]
await = "ready"
[[step]]
load = "concurrency"
at-once = 8
[[step]]
load = "rate"
rate = 200
at-once = 50
[[step]]
load = "closed-loop"
keep-alive = true
at-once = 4
[[step]]
open = "pipelined"
pipelined = 3
count = 2
[[step]]
open = "idle"
keep-alive = true
count = 2
[[step]]
open = "silent"
later = true
count = 2
until = "connected"
[[step]]
open = "slow-reader"
request = "body"
bytes = 200000
read-rate = 1000000
count = 2
until = "sent"
[[step]]
open = "slow-writer"
request = "upload"
bytes = 20000
write-rate = 100000
count = 2
[[step]]
await = "concluded"
connections = "slow-reader"
[[step]]
stop = "concurrency"
[[step]]
stop = "rate"
[[step]]
stop = "closed-loop"
[[step]]
await = "concluded"
connections = "closed-loop"
[[step]]
await = "concluded"
connections = "concurrency"
[[step]]
await = "concluded"
connections = "rate"
[[step]]
signal = "INT"
to = "all"
[[step]]
await = "exited"
of = "all"
[[expect]]
exit = "all"
code = 0
"""


def run(scenario, *options, fault=None):
    """What is told of the one case, its part of the report, its events by their names."""
    told, cases, events = run_one(BUILD, SOURCE, scenario, *options, fault=fault)
    return told, cases[0], events


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
        told, case, events = run(KILLED)
        owner = {e["socket"]: e["pid"] for e in events["listening"]}
        killed = next(e["target"] for e in events["signalled"] if e["signal"] == 9)
        outcomes = collections.Counter((e["outcome"], owner[e["listener"]] == killed) for e in events["concluded"])
        self.assertEqual(set(outcomes), {("answered", False), ("reset", True)}, told)
        self.assertEqual(sum(outcomes.values()), 400)
        self.assertIn(f"at worker 2 (pid {killed})", told)

    def test_of_a_close_under_load_every_reset_bears_that_listeners_name(self):
        told, case, events = run(CLOSED_UNDER_LOAD, fault="abandons-queue")
        self.assertEqual(case["verdict"], "fail", told)
        owner = {e["socket"]: e["pid"] for e in events["listening"]}
        interrupted = next(e["target"] for e in events["signalled"] if e["signal"] == signal.SIGINT)
        lost = collections.Counter((e["outcome"].partition("-")[0], owner[e["listener"]] == interrupted, e["pid"] == interrupted)
                                   for e in events["concluded"] if e["outcome"] != "answered")
        self.assertEqual(set(lost), {("reset", True, True)}, told)
        self.assertRegex(told, rf"reset-queued at worker \d \(pid {interrupted}\)")
        # The other three listeners have lost nobody.
        served = collections.Counter(owner[e["listener"]] for e in events["concluded"] if e["outcome"] == "answered")
        self.assertEqual(len(served), 4)
        print(f"{lost.total()} reset at {interrupted}, {served.total()} answered")

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

    def test_every_kind_of_client(self):
        told, case, events = run(CLIENTS)
        self.assertEqual(case["verdict"], "pass", told)
        groups = collections.defaultdict(list)
        for event in events["concluded"]:
            groups[event["group"]].append(event)
        outcomes = {name: sorted({e["outcome"] for e in group}) for name, group in groups.items()}
        idle = {"idle": ["closed-idle"], "silent": ["closed-idle"]}
        self.assertEqual(outcomes, {name: idle.get(name, ["answered"]) for name in groups}, told)
        self.assertEqual(len(groups), 8)

        # The same number is open all the time: a new one for each that has ended, and never one more.
        steps = [(e["begun"], 1) for e in groups["concurrency"]] + [(e["ended"], -1) for e in groups["concurrency"]]
        self.assertEqual(max(itertools.accumulate(change for _, change in sorted(steps, key=lambda s: (s[0], s[1])))), 8)
        self.assertGreater(len(groups["concurrency"]), 100)
        # None before it is due: one each 5 ms.
        began = next(e["at"] for e in events["step-begun"] if "rate" in e["text"])
        for number, begun in enumerate(sorted(e["begun"] for e in groups["rate"])):
            self.assertGreaterEqual(begun - began, number * 5_000_000)
        self.assertGreater(len(groups["rate"]), 20)
        self.assertEqual(len(groups["closed-loop"]), 4)
        for event in groups["closed-loop"]:
            self.assertGreater(event["answers"], 10)
        self.assertEqual([e["answers"] for e in groups["pipelined"]], [3, 3])
        self.assertEqual([(e["answers"], e["sent"] > 0) for e in groups["idle"] + groups["silent"]],
                         [(1, True)] * 2 + [(0, False)] * 2)
        # 0.2 s each at that rate, less the last pause.
        for event in groups["slow-reader"]:
            self.assertEqual(event["bytes"], 200_000)
            self.assertGreater(event["ended"] - event["first_byte"], 150_000_000)
        for event in groups["slow-writer"]:
            self.assertGreater(event["sent"] - event["connected"], 150_000_000)

    def test_ten_thousand_across_a_drain(self):
        told, case, events = run(DRAIN)
        self.assertEqual(case["verdict"], "pass", told)
        self.assertEqual(len(events["concluded"]), 10000)
        self.assertEqual({e["outcome"] for e in events["concluded"]}, {"answered"})
        # The largest of all processes below us, in KiB: each of them was waited for, the cell and the server among them.
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(largest, 300 * 1024)
        # The report's seconds are those from the start of the cell to the verdict.
        ended = max(e["at"] for e in events["exited"]) / 1e9
        self.assertLess(case["seconds"] - ended, 2)
        print(f"from the drain's end to the verdict: {(case['seconds'] - ended) * 1000:.0f} ms; in all {case['seconds']:.1f} s; "
              f"largest process {largest / 1024:.0f} MiB")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[3:]])
