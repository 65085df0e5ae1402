#!/usr/bin/env python3
"""Runs against servers that do what no server should. Usage: hostile_servers.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]

Each server is one mode of hostile_server (tests/hostile/). Whatever it does: the verdict is fail and says what was wrong,
in time; clusterspec and its cells stay small, in memory and on disk; nothing is left; no report carries a byte that a
terminal or a parser would take for something else.
"""
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import report_formats as read
from support import descendants_of_ours, ended

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
SANITIZED = "CLUSTERSPEC_SANITIZE:STRING=\n" not in (BUILD / "CMakeCache.txt").read_text()
# What a sanitizer itself needs is not the harness's: shadow memory, and freed memory that is kept.
MEMORY_MIB = 1500 if SANITIZED else 200
SLOWER = 4 if SANITIZED else 1
JOURNAL_MIB = 32
# From the moment in which a server crosses a limit to the end of its case, with nothing left.
STOPPED_WITHIN = 2 * SLOWER
# So many more processes than the limit may be there when it is noticed: the harness looks every 8 ms, where the machine
# lets it.
OVERSHOOT = 1000
PAGE_MIB = 24

SCENARIO = """
title = "A server starts, answers, and ends"
why = "What any server does"
verifies = ["share.every-process-serves", "terminate.exit-code"]
[launch]
workers = 1
[[step]]
await = "ready"
[[step]]
open = "quick"
request = "quick"
count = 3
until = "connected"
hung-after = "400ms"
within = "1s"
[[step]]
await = "concluded"
connections = "quick"
within = "1s"
[[step]]
signal = "INT"
to = "group"
[[step]]
await = "exited"
of = "all"
within = "500ms"
[[expect]]
connections = "quick"
outcome = "answered"
verifies = ["share.every-process-serves"]
[[expect]]
exit = "launcher"
code = 0
"""

# It is one process that does everything; what it may take to get ready is set for each.
IMPLEMENTATION = """
name = "hostile"
executable = "{build}/hostile_server"
arguments = ["{mode}", "{{port}}", "{{workers}}"]
start-within = "{start_within}"
[dialect]
worker-count = "{{workers - 1}}"
listener-count = "{{workers}}"
[requests.quick]
path = "/"
"""


@dataclasses.dataclass
class Expected:
    finding: str  # a pattern that what the findings say was there must match
    code: int = 3  # of the run: 3 it never became ready, 1 it was ready and failed
    start_within: str = "300ms"
    seconds: float = 6  # from start to end of the run
    runaway: str = ""  # the limit that it must have crossed
    requirement: str = ""  # one that must be among those that fail


NOT_READY = "0 of 1 listeners are open"
# They are stopped long before, unless the machine is so busy that they do not get as far in 12 s (hostile.hpp).
LONG = {"start_within": "20s", "seconds": 15}

PROCESSES = {
    "never-listens": Expected(NOT_READY),
    "exits-at-once": Expected(r"launcher \(pid \d+\) has ended: exit code 0"),
    "forks": Expected(r"processes, .* the tree: \d+ hostile_server", runaway="processes",
                      requirement="launch.exact-count", **LONG),
    "forks-into-sessions": Expected(r"processes, .* the tree: \d+ hostile_server", runaway="processes",
                                    requirement="launch.exact-count", **LONG),
    "forks-and-executes": Expected(r"processes, .* the tree: \d+ (hostile_server|exe)", runaway="processes",
                                   requirement="launch.exact-count", **LONG),
    "forks-and-looks": Expected(r"processes, .* the tree: \d+ (hostile_server|exe)", runaway="processes",
                                requirement="launch.exact-count", **LONG),
    # In a second some machines make more events of it than are recorded.
    "forks-and-exits": Expected(NOT_READY, start_within="300ms"),
    "executes-itself": Expected(NOT_READY, start_within="1s"),
    "signals-without-end": Expected("events, the limit is", runaway="events", **LONG),
    "executes-much": Expected(NOT_READY, start_within="1s"),
    "starts-threads": Expected("threads, the limit is", runaway="threads", **LONG),
    "escapes": Expected("left over: process", requirement="terminate.nothing-left", code=1, start_within="1s"),
    "deaf": Expected("still running: launcher", code=1, start_within="5s"),
    "stops-itself": Expected("hung|still running", code=1, start_within="5s"),
    "kills-group": Expected("killed by SIGKILL", requirement="terminate.workers-stop-cleanly"),
    "kills-parent": Expected(NOT_READY),
    "kills-everybody": Expected(NOT_READY),
    "closes-descriptors": Expected(NOT_READY),
    "traces-itself": Expected(NOT_READY),
    "listens-without-end": Expected("hung", code=1, start_within="5s"),
}
OUTPUT = {
    "prints-a-gigabyte": Expected(NOT_READY, start_within="1s"),
    "prints-lines": Expected(NOT_READY, start_within="1s"),
    "prints-poison": Expected(NOT_READY),
}
SERVED = {"code": 1, "start_within": "5s"}
NETWORK = {
    "answers-garbage": Expected("malformed", **SERVED),
    "answers-without-end": Expected("connections have no outcome", **SERVED),
    "header-without-end": Expected("connections", **SERVED),
    "headers-without-end": Expected("malformed", **SERVED),
    "closes-after-accept": Expected("closed-unanswered|reset", **SERVED),
    "answers-half": Expected("truncated", **SERVED),
    "answers-twice": Expected("malformed", **SERVED),
}


class HostileServers(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        self.temporary = self.path / "tmp"
        self.temporary.mkdir()
        scenarios = self.path / "scenarios/documented"
        scenarios.mkdir(parents=True)
        (scenarios / "life.toml").write_text(SCENARIO)
        (scenarios.parent / "requirements.toml").write_text((SOURCE / "scenarios/requirements.toml").read_text())
        self.marker = f"CLUSTERSPEC_TEST={self.path}".encode()
        self.environment = dict(os.environ, TMPDIR=str(self.temporary), CLUSTERSPEC_TEST=str(self.path),
                                CLUSTERSPEC_HOSTILE_OUTSIDE=os.readlink("/proc/self/ns/pid"))

    def run_against(self, mode, expected, options):
        """Runs it, and gives exit code, seconds and the most memory in MiB that any process of the run had."""
        file = self.path / "hostile.toml"
        file.write_text(IMPLEMENTATION.format(build=BUILD, mode=mode, start_within=expected.start_within))
        reports = [part for name, file in read.FORMATS.items() for part in ("--report", f"{name}={file}")]
        with (self.path / "out").open("wb") as out, (self.path / "err").open("wb") as err:
            begun = time.monotonic()
            process = subprocess.Popen([BUILD / "clusterspec", "run", "-v", "--scenarios", self.path / "scenarios", "-i", file,
                                        *reports, *options], cwd=self.path, env=self.environment, stdout=out, stderr=err)
            # Its own most, and that of all it has waited for: the cell, and what the cell has waited for.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, time.monotonic() - begun, usage.ru_maxrss / 1024

    def check_reports(self):
        for name in ("out", "err", *read.FORMATS.values()):
            read.text(self.path / name)
        read.junit(self.path / read.FORMATS["junit"], SOURCE)
        self.assertEqual(read.tap(self.path / read.FORMATS["tap"]), (1, 0, 1, 0, 0))
        read.markdown(self.path / read.FORMATS["markdown"])
        read.annotations((self.path / read.FORMATS["github"]).read_text())
        page = self.path / read.FORMATS["html"]
        self.assertLess(page.stat().st_size, PAGE_MIB * 2**20)
        _, [case] = read.timeline(page, SOURCE)
        self.assertTrue(case["findings"])
        return read.json_report(self.path / read.FORMATS["json"], SOURCE)

    def check(self, mode, expected, *options):
        mounts = pathlib.Path("/proc/self/mountinfo").read_text()
        code, seconds, memory = self.run_against(mode, expected, options)
        told = (self.path / "out").read_text(errors="replace")[-6000:]
        for pid in descendants_of_ours(self.marker):
            self.assertTrue(ended(pid), f"process {pid} is left")
        self.assertEqual(pathlib.Path("/proc/self/mountinfo").read_text(), mounts)
        self.assertEqual(os.listdir(self.temporary), [])
        report = self.check_reports()
        [case] = report["cases"]
        if os.environ.get("CLUSTERSPEC_TEST_FIGURES"):
            print(f"{mode} {' '.join(options)}: {seconds:.2f} s, {memory:.0f} MiB, journal "
                  f"{pathlib.Path(self.path, case['journal']).stat().st_size / 2**20:.1f} MiB", flush=True)
        self.assertEqual(case["verdict"], "fail", told)
        self.assertEqual(code, expected.code, told)
        findings = [str(finding["actual"]) for finding in case["findings"]]
        self.assertTrue(any(re.search(expected.finding, actual) for actual in findings), findings)
        if expected.requirement:
            self.assertIn(expected.requirement, {finding["requirement"] for finding in case["findings"]})
        self.assertLess(seconds, expected.seconds * SLOWER, told)
        self.assertLess(memory, MEMORY_MIB)
        journal = self.path / case["journal"]
        self.assertLess(journal.stat().st_size, JOURNAL_MIB * 2**20)
        self.check_runaway(journal, expected)
        return journal

    def check_runaway(self, journal, expected):
        """A runaway is stopped soon after it crossed its limit, and the processes that stood there are recorded."""
        lines = journal.read_bytes().splitlines()
        events = [json.loads(line) for line in lines if b'"event":"runaway"' in line or line is lines[-1]]
        self.assertEqual(events[-1]["event"], "case-ended")
        runaways = events[:-1]
        if not expected.runaway:
            self.assertEqual(runaways, [])
            return
        [runaway] = runaways
        self.assertRegex(runaway["of"], f"^({expected.runaway})$")
        self.assertGreater(runaway["count"], runaway["limit"])
        self.assertTrue(runaway["processes"])
        self.assertLess((events[-1]["at"] - runaway["at"]) / 1e9, STOPPED_WITHIN)
        if expected.runaway == "processes":
            self.assertGreater(len(runaway["processes"]), runaway["limit"])
            self.assertLess(runaway["count"], runaway["limit"] + OVERSHOOT)

    def check_all(self, modes, *options):
        for mode, expected in modes.items():
            with self.subTest(mode, options=options):
                self.check(mode, expected, *options)

    def test_processes_and_signals(self):
        self.check_all(PROCESSES)

    def test_answers(self):
        self.check_all(NETWORK)

    def test_output(self):
        self.check_all(OUTPUT)

    def test_without_isolation(self):
        # Not kills-everybody: only the watching of calls would keep it from the whole machine. Not those that execute:
        # there they are counted in /proc, which waits for each that looks at its own entry at its start and then may not
        # get the processor. They are stopped all the same, but not in any time that can be promised.
        some = ("forks", "forks-into-sessions", "escapes", "deaf", "stops-itself", "kills-group",
                "kills-parent", "listens-without-end", "starts-threads")
        self.check_all({mode: PROCESSES[mode] for mode in some}, "--isolation=none")
        self.check_all({"prints-poison": OUTPUT["prints-poison"]}, "--isolation=none")

    def test_by_polling(self):
        # Not kills-parent without isolation: nothing stands between it and the harness then.
        some = ("exits-at-once", "forks", "escapes", "listens-without-end", "kills-parent")
        self.check_all({mode: PROCESSES[mode] for mode in some}, "--observation=polling")
        both = ("forks-into-sessions", "escapes")
        self.check_all({mode: PROCESSES[mode] for mode in both}, "--observation=polling", "--isolation=none")

    def test_output_that_was_dropped_is_said(self):
        journal = self.check("prints-a-gigabyte", OUTPUT["prints-a-gigabyte"])
        self.assertRegex(journal.read_text(), r"[0-9]+ more bytes of lines on stdout are not recorded")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
