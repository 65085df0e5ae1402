#!/usr/bin/env python3
"""The production suite against the reference server without options: what it does not promise it is seen not to do.

A requirement that passes although nothing was done for it says nothing of those who pass. So each production
requirement stands in one of two tables, and a run is held against both.

Usage: plain_server.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]
"""
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])

# What it keeps without any option, and why. Of these no case may fail.
KEPT = {
    "share.own-socket": "its listener is closed on exec",
    "share.same-user-only": "the kernel's rule, which it does not get round",
    "share.dual-stack": "--bind :: and --ipv6-only are no options of production",
    "share.many-workers": "up to 1,024",
    "launch.spawn-fails": "a start that failed is told",
    "launch.bind-fails-in-worker": "the end of a worker is announced, and concerns nobody else",
    "terminate.queue-served": "what is queued is accepted before the listener is closed",
    "terminate.phases-in-order": "it serves until its last worker has ended, and then closes",
    "terminate.idle-connections": "closed, after a last look for a request",
    "terminate.silent-connection": "waited for 50 ms",
    "terminate.pipelined": "all that has arrived is in flight",
    "terminate.slow-reader": "in flight, and no grace period cuts it",
    "terminate.slow-writer": "in flight, and no grace period cuts it",
    "terminate.force": "the scenario gives it --force",
    "terminate.accept-race": "what is accepted is served",
    "terminate.after-emfile": "it accepts again later",
    "terminate.signal-storm": "further interrupts change nothing, as in the document",
    "terminate.output-blocked": "no line is waited for",
    "terminate.hangup": "by SIGHUP's default action, in every process",
    "terminate.inherited-ignore": "it reads SIGINT whatever the disposition is",
    "load.holds": "no list of a fixed size",
}

# What it does not promise: how that must show, in a failure's words or in the reason of a skip.
NOT_KEPT = {
    "launch.replaced-executable": ("skip", "does not replace workers|states no reload signal"),
    "exit.launcher-death": ("fail", "2 listeners of all are still open"),
    "exit.failure-code": ("fail", "exit code 0"),
    "exit.restart": ("skip", "does not replace workers that died"),
    "reload.rolling": ("skip", "states no reload signal"),
    "reload.complete": ("skip", "states no reload signal"),
    "terminate.sigterm": ("fail", "killed by SIGTERM"),
    "terminate.forwarded": ("fail", "killed by SIGTERM"),
    "terminate.as-pid-1": ("fail", "still running: launcher"),
    "terminate.no-loss-under-load": ("fail", "reset-queued|reset-handshake"),
    "terminate.keep-alive-announced": ("fail", "closed-idle at launcher"),
    "terminate.grace-bounded": ("skip", "states no grace period"),
    "terminate.stuck-worker": ("fail", "still running: launcher"),
}

SKIPS = "states no|does not (replace|claim)"


def run():
    with tempfile.TemporaryDirectory(prefix="clusterspec-test-") as directory:
        report = pathlib.Path(directory, "report.json")
        done = subprocess.run([BUILD / "clusterspec", "run", "--suite", "production", "-i", "reference", "-j4",
                               "--scenarios", SOURCE / "scenarios", "--results", directory, "--report", f"json={report}"],
                              capture_output=True, text=True, check=False, timeout=240)
        if done.returncode != 1:
            raise AssertionError(f"exit code {done.returncode}, not 1\n{done.stdout[-3000:]}{done.stderr}")
        return json.loads(report.read_text())["cases"]


class PlainServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        catalogue = tomllib.loads((SOURCE / "scenarios/requirements.toml").read_text())["requirement"]
        cls.requirements = {r["id"] for r in catalogue if r["suite"] == "production"}
        cls.verifies = {}
        for file in (SOURCE / "scenarios/production").rglob("*.toml"):
            name = str(file.relative_to(SOURCE / "scenarios").with_suffix(""))
            cls.verifies[name] = set(tomllib.loads(file.read_text())["verifies"])
        cls.cases = run()
        cls.skips, cls.passes, cls.findings = (collections.defaultdict(list) for _ in range(3))
        for case in cls.cases:
            for finding in case["findings"]:
                cls.findings[finding["requirement"]].append((case["id"], finding["actual"]))
            for requirement in cls.verifies[case["scenario"]]:
                if case["verdict"] == "skip":
                    cls.skips[requirement].append((case["id"], case["reason"]))
                elif case["verdict"] == "pass":
                    cls.passes[requirement].append(case["id"])

    def test_each_requirement_of_production_stands_in_one_table(self):
        self.assertEqual(KEPT.keys() & NOT_KEPT.keys(), set())
        self.assertEqual(KEPT.keys() | NOT_KEPT.keys(), self.requirements)

    def test_nothing_is_an_error_and_every_skip_has_a_reason_of_the_servers(self):
        for case in self.cases:
            self.assertIn(case["verdict"], ("pass", "fail", "skip"), case["id"])
            if case["verdict"] == "skip":
                self.assertRegex(case["reason"], SKIPS, case["id"])

    def test_what_is_kept_passes(self):
        for requirement in KEPT:
            with self.subTest(requirement):
                self.assertTrue(self.passes[requirement])
                self.assertEqual(self.findings[requirement], [])

    def test_what_is_not_promised_fails_or_is_skipped_as_stated(self):
        for requirement, (how, words) in NOT_KEPT.items():
            with self.subTest(requirement):
                if how == "skip":
                    self.assertEqual(self.passes[requirement], [])
                    self.assertEqual(self.findings[requirement], [])
                    self.assertTrue(self.skips[requirement])
                    for case, reason in self.skips[requirement]:
                        self.assertRegex(reason, words, case)
                else:
                    told = [actual for _, actual in self.findings[requirement]]
                    self.assertTrue(any(re.search(words, actual) for actual in told), told)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
