#!/usr/bin/env python3
"""From a failure to its proof: flaky cases, capsules, replay and shrink, as a user runs them.

Usage: capsules.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

from support import descendants_of_ours

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
REFERENCE = SOURCE / "scenarios/implementations/reference/reference.toml"

# One of the workers never accepts: only a connection that the kernel gives to it shows that.
SCENARIO = """
title = "Every connection is answered"
why = "So that one process which does not answer is noticed"
verifies = ["share.every-process-serves"]
[launch]
workers = WORKERS
environment = ["NOTHING=needed"]
[[step]]
await = "ready"
[[step]]
look = "before"
[[step]]
open = "some"
count = CONNECTIONS
until = "sent"
hung-after = "300ms"
[[step]]
await = "concluded"
connections = "some"
[[expect]]
connections = "some"
outcome = "answered"
count = CONNECTIONS
[[expect]]
processes = "workers"
count = WORKERS
at = "before"
"""

# Each process drops the youngest of its requests in flight.
IN_FLIGHT = """
title = "A request in flight is answered"
why = "So that one which is dropped is noticed"
verifies = ["terminate.in-flight-completes"]
[matrix]
workers = [2, 8]
connections = [64]
[launch]
workers = "{workers}"
[[step]]
await = "ready"
[[step]]
open = "slow"
request = "slow"
count = "{connections}"
until = "handled"
delay = "400ms"
[[step]]
signal = "INT"
[[step]]
await = "exited"
of = "all"
[[expect]]
connections = "slow"
outcome = "answered"
count = "{connections}"
[[expect]]
exit = "launcher"
code = 0
"""


class Capsules(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        self.here, self.elsewhere = self.path / "here", self.path / "elsewhere"
        scenarios = self.here / "scenarios"
        (scenarios / "documented").mkdir(parents=True)
        self.elsewhere.mkdir()
        shutil.copy(SOURCE / "scenarios/requirements.toml", scenarios)
        self.environment = dict(os.environ, CLUSTERSPEC_TEST=str(self.path))

    def tearDown(self):
        self.assertEqual(descendants_of_ours(f"CLUSTERSPEC_TEST={self.path}".encode()), [])

    def run_it(self, folder, *arguments):
        return subprocess.run([BUILD / "clusterspec", *map(str, arguments)], cwd=folder, env=self.environment,
                              capture_output=True, text=True, check=False)

    def run_scenario(self, text, fault, *options):
        (self.here / "scenarios/documented/s.toml").write_text(text)
        server = REFERENCE.read_text().replace('executable = "reference_server"', f'executable = "{BUILD}/faulty_server"')
        (self.here / "faulty.toml").write_text(
            server.replace("endpoint = ", f'arguments = ["--fault", "{fault}"]\nendpoint = ', 1))
        return self.run_it(self.here, "run", "--scenarios", "scenarios", "-i", "faulty.toml", *options, "--report", "json=r.json")

    def hanging(self, workers, connections, *options):
        text = SCENARIO.replace("WORKERS", str(workers)).replace("CONNECTIONS", str(connections))
        return self.run_scenario(text, "one-worker-never-accepts", *options)

    def report(self):
        return json.loads((self.here / "r.json").read_text())

    def moved_capsule(self, result):
        """The only capsule that the run left, in another place; everything that it was made from is gone."""
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        named = [case["capsule"] for case in self.report()["cases"] if case["capsule"]]
        self.assertEqual(len(named), 1, named)
        self.assertIn("clusterspec replay ", result.stdout)
        capsule = self.elsewhere / "it.tar.gz"
        shutil.move(self.here / named[0], capsule)
        shutil.rmtree(self.here)
        return capsule

    def shrunk(self, capsule, *options):
        result = self.run_it(self.elsewhere, "shrink", capsule, *options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        text = result.stdout[result.stdout.index("\ntitle = "):result.stdout.index("\nclusterspec replay ")]
        scenario = tomllib.loads(text)
        opened = next(step for step in scenario["step"] if "open" in step)
        return result, scenario, int(scenario["launch"].get("workers", 0)), opened.get("count", 1), text

    def check_small(self, capsule, requirement, *options):
        result, scenario, workers, connections, text = self.shrunk(capsule, *options)
        self.assertLessEqual(workers, 2, result.stdout)
        self.assertLessEqual(connections, 2, result.stdout)
        self.assertEqual(len(scenario["expect"]), 1, text)
        small = self.elsewhere / "it.small.tar.gz"
        again = self.run_it(self.elsewhere, "replay", small, "--repeat", "40", "--until-fail")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn(f": fail, {requirement}", again.stdout)
        written = self.elsewhere / "small.toml"
        written.write_text(text)
        self.assertEqual(self.run_it(self.elsewhere, "check", written, "--scenarios", SOURCE / "scenarios").returncode, 0)
        return scenario

    def test_a_capsule_fails_elsewhere_too_and_shrinks_to_the_one_worker_that_is_to_blame(self):
        capsule = self.moved_capsule(self.hanging(8, 64, "--repeat", "3", "--until-fail"))
        replayed = self.run_it(self.elsewhere, "replay", capsule, "--repeat", "3", "--until-fail")
        self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)
        self.assertRegex(replayed.stdout, "same verdict.*: fail, share.every-process-serves\n")
        self.assertIn(f"Runs      env NOTHING=needed {BUILD}/faulty_server", replayed.stdout)
        # One of three listeners: ten attempts find it with one connection, or with two.
        self.check_small(capsule, "share.every-process-serves", "--attempts", "10")

    def test_a_case_with_a_matrix_shrinks_by_its_axes(self):
        capsule = self.moved_capsule(self.run_scenario(IN_FLIGHT, "loses-last-in-flight", "documented/s*workers=8*"))
        replayed = self.run_it(self.elsewhere, "replay", capsule)
        self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)
        self.assertIn("same verdict: fail, terminate.in-flight-completes", replayed.stdout)
        scenario = self.check_small(capsule, "terminate.in-flight-completes")
        self.assertNotIn("matrix", scenario)

    def test_another_server_gives_another_verdict(self):
        capsule = self.moved_capsule(self.run_scenario(IN_FLIGHT, "loses-last-in-flight", "documented/s*workers=2*"))
        good = self.elsewhere / "good"
        good.write_text(f'#!/bin/sh\nshift 2\nexec {BUILD}/reference_server "$@"\n')
        good.chmod(0o755)
        result = self.run_it(self.elsewhere, "replay", capsule, "--executable", good)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("another verdict: ", result.stdout)
        self.assertIn("the program differs from the one that was recorded", result.stdout)
        result = self.run_it(self.elsewhere, "shrink", capsule, "--executable", good)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("It does not fail here as recorded", result.stdout)

    def test_a_bad_capsule_is_told(self):
        capsule = self.moved_capsule(self.run_scenario(IN_FLIGHT, "loses-last-in-flight", "documented/s*workers=2*"))
        whole = capsule.read_bytes()
        bad = self.elsewhere / "bad.tar.gz"
        for content, message in ((b"", "bad.tar.gz: "), (b"no archive at all\n" * 100, "no .tar.gz"),
                                 (whole[:len(whole) // 2], "no .tar.gz, or it is cut off")):
            bad.write_bytes(content)
            for command in ("replay", "shrink"):
                result = self.run_it(self.elsewhere, command, bad)
                self.assertEqual(result.returncode, 2, result.stdout)
                self.assertIn(message, result.stderr)
        result = self.run_it(self.elsewhere, "replay", "no-such-file")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no-such-file cannot be read", result.stderr)
        result = self.run_it(self.elsewhere, "replay", capsule, "--executable", "./no-such-server")
        self.assertEqual(result.returncode, 2)
        self.assertIn('"./no-such-server" is not there', result.stderr)

    def test_a_flaky_case_is_told_and_need_not_fail_the_run(self):
        # Two workers and the launcher, one connection: one in three fails.
        for policy, code in (("report", 0), ("fail", 1)):
            result = self.hanging(2, 1, "--repeat", "40", f"--flaky={policy}")
            self.assertEqual(result.returncode, code, result.stdout + result.stderr)
            self.assertRegex(result.stdout, r"\n  \d+ of 40 failed  documented/s@reference\n")
            flaky = self.report()["flaky"]
            self.assertEqual([one["id"] for one in flaky], ["documented/s@reference"])
            self.assertEqual(flaky[0]["passed"] + flaky[0]["failed"], 40)
            self.assertEqual(len([case for case in self.report()["cases"] if case["capsule"]]), 1)

    def test_a_case_that_always_fails_is_not_flaky(self):
        result = self.run_scenario(IN_FLIGHT, "loses-last-in-flight", "documented/s*workers=2*", "--repeat", "2", "--flaky=report")
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertEqual(self.report()["flaky"], [])

    def test_stress_is_noted_and_leaves_nothing(self):
        result = self.run_scenario(IN_FLIGHT, "loses-last-in-flight", "documented/s*workers=2*", "--stress=3")
        self.assertIn("stress: 3 processes", " ".join(self.report()["run"]["notes"]))
        capsule = self.moved_capsule(result)
        self.assertIn("stress: 3 processes", self.run_it(self.elsewhere, "replay", capsule).stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
