#!/usr/bin/env python3
"""The source document's own program: under the documented suite what it fails is known, and no more and no less is found; under
scenarios of the production suite it shows what operators meet: a listener that its workers inherit, and orphans after SIGTERM.

Usage: crystal.py BUILD_DIRECTORY [TEST…]. Ends with 77 where the compiler is not installed.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from support import descendants_of_ours

BUILD = pathlib.Path(sys.argv[1]).resolve()

# Requirement: the scenarios that show it. The reasons are in scenarios/implementations/crystal/README.md.
FAILS = {
    "launch.arguments-kept": {"launch/arguments-after-separator", "launch/arguments-kept",
                              "launch/arguments-kept-repeated", "launch/values-like-options-kept"},
    "launch.arguments-removed": {"launch/arguments-removed", "launch/arguments-removed-repeated"},
    "launch.bad-count": {"launch/bad-count"},
    "launch.exact-count": {"launch/exact-count-spellings", "launch/repeated-count"},
    "share.every-process-listens": {"share/every-process-listens"},
    "share.port-taken": {"share/port-taken"},
    "terminate.during-startup": {"terminate/during-startup-before-execution"},
    "terminate.in-flight-completes": {"terminate/in-flight-at-ctrl-c", "terminate/in-flight-completes",
                                      "terminate/in-flight-survives-relay", "terminate/in-flight-survives-repeats",
                                      "terminate/large-response-completes"},
}
RECORDED_ONLY = {"launch.prefix-arguments"}  # level may: found, and no failure of the run
# Whether workers are started by a launcher that is on its way out already is a race of its fibers.
MOSTLY = {"share.port-taken"}


class DocumentsProgram(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        self.marker = f"CLUSTERSPEC_TEST={self.path}".encode()

    def run_it(self, *arguments, codes=(1,)):
        """The report of a run that finds failures, and what the console says. Nothing is left of it."""
        # It is built into the build's folder: once, and not into the home of who runs the tests.
        environment = dict(os.environ, XDG_CACHE_HOME=str(BUILD / "cache"), CLUSTERSPEC_TEST=str(self.path))
        run = subprocess.run([BUILD / "clusterspec", "run", "-i", "crystal", "--report", "json=r.json", *arguments],
                             cwd=self.path, env=environment, capture_output=True, text=True, check=False)
        self.assertIn(run.returncode, codes, run.stdout + run.stderr)
        self.assertEqual(descendants_of_ours(self.marker), [])
        return json.loads((self.path / "r.json").read_text()), run.stdout

    def failed_case(self, scenario):
        """The findings of a scenario's only case by their requirements, its events by their names, the console's text."""
        report, told = self.run_it("--suite", "production", scenario)
        self.assertEqual([case["verdict"] for case in report["cases"]], ["fail"], told)
        findings, events = collections.defaultdict(list), collections.defaultdict(list)
        for finding in report["cases"][0]["findings"]:
            findings[finding["requirement"]].append(finding["actual"])
        for line in (self.path / report["cases"][0]["journal"]).read_text().splitlines():
            event = json.loads(line)
            events[event["event"]].append(event)
        return findings, events, told

    def test_it_fails_what_it_is_known_to_fail_and_nothing_else(self):
        report, told = self.run_it()
        verdicts = {r["id"]: r["verdict"] for r in report["requirements"]}
        of = lambda verdict: {id for id, v in verdicts.items() if v == verdict}
        self.assertEqual(of("fail") | MOSTLY, set(FAILS) | RECORDED_ONLY, told)
        self.assertEqual(of("error") | of("skip"), set(), told)

        failed, shown = set(), {}
        for case in report["cases"]:
            if case["verdict"] != "fail":
                continue
            scenario = case["scenario"].removeprefix("documented/")
            failed.add(scenario)
            for finding in case["findings"]:
                shown.setdefault(finding["requirement"], set()).add(scenario)
        mostly = set().union(*(FAILS[id] for id in MOSTLY))
        self.assertEqual(failed | mostly, set().union(*FAILS.values()))
        # Where an interrupted start leaves a copy of the launcher, that copy may start a process too: so not "equal".
        for id, scenarios in FAILS.items():
            if id not in MOSTLY:
                self.assertLessEqual(scenarios, shown[id], id)

    def test_a_start_that_fails_starts_workers_all_the_same_sooner_or_later(self):
        report, told = self.run_it("documented/share/port-taken", "--repeat", "30", "--until-fail",
                                   codes=(1, 3))  # nothing becomes ready where the port is taken
        findings = [finding for case in report["cases"] for finding in case["findings"]]
        # Whether the launcher's end leaves one of them as a zombie is a race of its own.
        self.assertEqual({finding["requirement"] for finding in findings}, {"share.port-taken"}, told)
        self.assertIn("worker 1", findings[0]["actual"])

    def test_the_launchers_listener_is_found_in_each_worker(self):
        findings, events, told = self.failed_case("production/share/own-socket")
        launcher = events["launched"][0]["pid"]
        self.assertEqual(set(findings), {"share.own-socket"}, told)
        socket, _, holders = findings["share.own-socket"][0].partition(" held by ")
        self.assertRegex(socket, r"^127\.0\.0\.1:\d+, socket \d+$")
        self.assertEqual(sorted(re.findall(r"(\w+(?: \d)?) \(pid", holders)), ["launcher", "worker 1", "worker 2", "worker 3"])
        self.assertIn(f"launcher (pid {launcher})", holders)

    def test_connections_hang_in_that_listener_when_the_launcher_has_been_killed(self):
        findings, events, told = self.failed_case("production/share/own-socket-after-launcher")
        launcher = events["launched"][0]["pid"]
        self.assertEqual([e["status"] for e in events["exited"] if e["pid"] == launcher], [signal.SIGKILL])
        leaked = {e["socket"] for e in events["listening"] if e["pid"] == launcher}
        outcomes = collections.Counter((e["outcome"], e["listener"] in leaked) for e in events["concluded"])
        # The kernel divides them over three listeners; the workers answer what comes to their own.
        self.assertEqual(set(outcomes), {("hung", True), ("answered", False)}, told)
        self.assertEqual(outcomes.total(), 40)
        hung = outcomes["hung", True]
        self.assertEqual(dict(findings), {"share.own-socket": [f"{hung} of 40: {hung} hung at launcher (pid {launcher})"]}, told)

    def test_sigterm_to_the_launcher_leaves_orphans_which_are_named_and_ended(self):
        findings, events, told = self.failed_case("production/terminate/forwarded")
        launcher = events["launched"][0]["pid"]
        workers = [e["pid"] for e in events["listening"] if e["pid"] != launcher]
        self.assertEqual([e["status"] for e in events["exited"] if e["pid"] == launcher], [signal.SIGTERM])
        self.assertIn("terminate.forwarded", findings, told)
        left = findings["terminate.nothing-left"][0]
        self.assertEqual(len(workers), 2)
        for pid in workers:
            self.assertRegex(left, rf"^left over: .*worker \d \(pid {pid}\)")
        self.assertIn(f"the listener of launcher (pid {launcher})", left)
        self.assertEqual([(e["complete"], sorted(p["pid"] for p in e["killed"])) for e in events["cleaned-up"]],
                         [(True, sorted(workers))], told)

    def test_sigterm_to_all_ends_them_with_requests_in_flight(self):
        findings, events, told = self.failed_case("production/terminate/sigterm")
        self.assertEqual(findings["terminate.sigterm"][0].count("killed by SIGTERM"), 3, told)
        self.assertEqual({e["outcome"] for e in events["concluded"]}, {"closed-unanswered"}, told)


if __name__ == "__main__":
    if not shutil.which("crystal"):
        print("skipped: the compiler of Crystal is not installed (apt-get install crystal)")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
