#!/usr/bin/env python3
"""The source document's own program under the suite: what it fails is known, and no more and no less is found.

Usage: crystal.py BUILD_DIRECTORY [TEST…]. Ends with 77 where the compiler is not installed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

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


class DocumentsProgram(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        self.marker = f"CLUSTERSPEC_TEST={self.path}".encode()

    def left_over(self):
        """Processes whose environment carries the marker, wherever they were re-parented."""
        found = []
        for environment in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if self.marker in environment.read_bytes():
                    found.append(environment.parent.name)
            except OSError:
                pass
        return found

    def test_it_fails_what_it_is_known_to_fail_and_nothing_else(self):
        # It is built into the build's folder: once, and not into the home of who runs the tests.
        environment = dict(os.environ, XDG_CACHE_HOME=str(BUILD / "cache"), CLUSTERSPEC_TEST=str(self.path))
        run = subprocess.run([BUILD / "clusterspec", "run", "-i", "crystal", "--report", "json=r.json"],
                             cwd=self.path, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        report = json.loads((self.path / "r.json").read_text())
        verdicts = {r["id"]: r["verdict"] for r in report["requirements"]}
        of = lambda verdict: {id for id, v in verdicts.items() if v == verdict}
        self.assertEqual(of("fail"), set(FAILS) | RECORDED_ONLY, run.stdout)
        self.assertEqual(of("error") | of("skip"), set(), run.stdout)

        failed, shown = set(), {}
        for case in report["cases"]:
            if case["verdict"] != "fail":
                continue
            scenario = case["scenario"].removeprefix("documented/")
            failed.add(scenario)
            for finding in case["findings"]:
                shown.setdefault(finding["requirement"], set()).add(scenario)
        self.assertEqual(failed, set().union(*FAILS.values()))
        # Where an interrupted start leaves a copy of the launcher, that copy may start a process too: so not "equal".
        for id, scenarios in FAILS.items():
            self.assertLessEqual(scenarios, shown[id], id)
        self.assertEqual(self.left_over(), [])


if __name__ == "__main__":
    if not shutil.which("crystal"):
        print("skipped: the compiler of Crystal is not installed (apt-get install crystal)")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
