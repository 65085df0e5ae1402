#!/usr/bin/env python3
"""The console on a terminal, and what is left of it in a pipe. Usage: terminal.py BUILD_DIRECTORY SOURCE_DIRECTORY"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import report_formats as read

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
CLUSTERSPEC = BUILD / "clusterspec"
REFERENCE = (SOURCE / "scenarios/implementations/reference/reference.toml").read_text()


class Terminal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        file = self.path / "faulty.toml"
        file.write_text(REFERENCE.replace('executable = "reference_server"', f'executable = "{BUILD}/faulty_server"')
                        .replace("endpoint = ", 'arguments = ["--fault", "no-stopped-line"]\nendpoint = ', 1))
        self.run_it = [CLUSTERSPEC, "run", "-i", file, "exit.clean-announced", "exit.reaped", "--results", "results"]

    def test_what_runs_is_seen_while_it_runs_and_nothing_of_it_stays(self):
        code, written, lines = read.on_terminal([*self.run_it, "-v"], cwd=self.path)
        self.assertEqual(code, 1)
        self.assertRegex(written, rb"running documented/exit/")
        self.assertRegex(written, rb"\d/\d+  \d:\d\d")
        self.assertIn(b"\x1b[1;31m", written)
        self.assertEqual([line for line in lines if line.startswith("running") or re.match(r"\d+/\d+  \d", line)], [])
        told = [line for line in lines if re.match("(pass|FAIL) +documented/", line)]
        self.assertTrue(any(line.startswith("FAIL") for line in told))
        self.assertRegex("\n".join(lines), r"\d+ cases in \d+\.\d s: [1-9]\d* failed, [1-9]\d* passed")

    def test_a_narrow_terminal_is_not_garbled(self):
        for columns in (19, 33):
            code, _, lines = read.on_terminal([*self.run_it, "-v"], columns=columns, rows=6, cwd=self.path)
            self.assertEqual(code, 1)
            self.assertEqual([line for line in lines if line.startswith("running") or re.match(r"\d+/\d+  \d", line)], [])

    def test_a_pipe_gets_the_same_lines_and_no_sequence(self):
        subprocess.run([*self.run_it, "--report", "json=r.json"], cwd=self.path, capture_output=True, check=False)
        merge = [CLUSTERSPEC, "merge", "-v", "r.json"]
        piped = subprocess.run(merge, cwd=self.path, capture_output=True, check=False).stdout
        self.assertNotIn(b"\x1b", piped)
        self.assertNotIn(b"\r", piped)
        self.assertGreater(len(piped.splitlines()), 20)
        code, written, lines = read.on_terminal(merge, columns=400, cwd=self.path)
        self.assertEqual(code, 1)
        self.assertIn(b"\x1b[?7l", written)
        # A pipe has 80 columns: prose is broken elsewhere.
        self.assertEqual(" ".join(lines).split(), piped.decode().split())

    def test_colours_can_be_declined(self):
        _, written, _ = read.on_terminal(["env", "NO_COLOR=1", *self.run_it], cwd=self.path)
        self.assertEqual(re.findall(rb"\x1b\[[0-9;]*m", written), [])

    def test_a_report_on_standard_output_has_it_alone(self):
        ran = subprocess.run([*self.run_it, "--report", "json=-"], cwd=self.path, capture_output=True, text=True, check=False)
        (self.path / "out.json").write_text(ran.stdout)
        self.assertTrue(read.json_report(self.path / "out.json", SOURCE)["cases"])
        self.assertIn("FAIL", ran.stderr)
        ran = subprocess.run([*self.run_it, "--report", "json=-", "--report", "github"], cwd=self.path, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("only one report can go to standard output", ran.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
