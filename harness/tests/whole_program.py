#!/usr/bin/env python3
"""The built programs as a user runs them. Usage: whole_program.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]

Waits are on events: the end of a process (its pidfd), a line of output. Only for a request being in flight there is
no event outside of the cell: for that /proc is looked at again and again, up to a deadline.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from support import DEADLINE_MS, descendants_of_ours, ended

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
CLUSTERSPEC = str(BUILD / "clusterspec")
REFERENCE = SOURCE / "scenarios/implementations/reference/reference.toml"


def answering(pid):
    """True while the process holds a connection that it has accepted, in whatever network it lives."""
    process = pathlib.Path("/proc", str(pid))
    try:
        own = {os.readlink(fd) for fd in (process / "fd").iterdir()}
        connections = [line.split() for line in (process / "net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return False
    established = "01"
    return any(c[3] == established and f"socket:[{c[9]}]" in own for c in connections)


# One request that is answered only after a minute, by a server in a directory of its own.
LONG_REQUEST = """
title = "A request that takes long"
why = "So that a run can be ended in the middle of it"
verifies = ["terminate.in-flight-completes"]
[launch]
workers = 1
other-directory = true
[[step]]
await = "ready"
[[step]]
open = "slow"
request = "slow"
delay = "60s"
until = "handled"
hung-after = "120s"
[[step]]
await = "concluded"
connections = "slow"
within = "120s"
[[expect]]
connections = "slow"
outcome = "answered"
"""


class WholeProgram(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(self.directory.cleanup)
        self.path = pathlib.Path(self.directory.name)
        self.temporary = self.path / "tmp"
        self.temporary.mkdir()
        self.marker = f"CLUSTERSPEC_TEST={self.path}".encode()
        self.environment = dict(os.environ, TMPDIR=str(self.temporary), CLUSTERSPEC_TEST=str(self.path))

    def run_it(self, *arguments):
        return subprocess.run([CLUSTERSPEC, *map(str, arguments)], cwd=self.path, env=self.environment,
                              capture_output=True, text=True, check=False)

    def faulty(self, fault):
        text = REFERENCE.read_text().replace('executable = "reference_server"', f'executable = "{BUILD}/faulty_server"')
        file = self.path / f"{fault}.toml"
        file.write_text(text.replace("endpoint = ", f'arguments = ["--fault", "{fault}"]\nendpoint = ', 1))
        return file

    def requirements(self, report, *verdicts):
        return {r["id"] for r in json.loads((self.path / report).read_text())["requirements"] if r["verdict"] in verdicts}

    def test_the_reference_server_passes_the_documented_suite(self):
        result = self.run_it("run", "--report", "json=r.json")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(self.requirements("r.json", "fail", "error"), set())

    def test_a_broken_server_fails_what_it_breaks_and_nothing_else(self):
        listed = subprocess.run([BUILD / "faulty_server", "--list-faults"], capture_output=True, text=True, check=True)
        table = {line.split("\t")[0]: set(line.split("\t")[1].split(",")) for line in listed.stdout.splitlines()}
        for fault in ("keeps-clustering-arguments", "launcher-closes-first", "drops-in-flight", "no-stopped-line"):
            with self.subTest(fault):
                result = self.run_it("run", "-i", self.faulty(fault), "--report", "json=r.json")
                self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
                self.assertEqual(self.requirements("r.json", "fail", "error"), table[fault])

    def test_the_time_of_a_case_is_told_in_parts(self):
        pattern = "documented/terminate/in-flight-completes*"
        result = self.run_it("run", pattern, "--timings=t.jsonl", "--report", "json=r.json")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        cases = [json.loads(line) for line in (self.path / "t.jsonl").read_text().splitlines()]
        reported = {case["id"]: case["seconds"] * 1e3 for case in json.loads((self.path / "r.json").read_text())["cases"]}
        self.assertEqual({case["case"] for case in cases}, set(reported))
        for case in cases:
            parts = [part["part"] for part in case["parts"]]
            self.assertEqual(parts[:4], ["cell", "namespaces", "observers", "start"])
            self.assertEqual(parts[-5:], ["drain", "clean-up", "end of the cell", "judging", "reporting"])
            self.assertEqual([part.split(":")[0] for part in parts[4:-5]], [f"step {n + 1}" for n in range(len(parts) - 9)])
            self.assertAlmostEqual(sum(part["ms"] for part in case["parts"]), case["ms"], places=3)
            # All but the reporting is what the report has.
            self.assertAlmostEqual(case["ms"] - case["parts"][-1]["ms"], reported[case["case"]], delta=0.1)
            self.assertTrue(0 < case["server_ms"] < case["ms"], case)
            self.assertGreater(case["cell_cpu_ms"], 0)
        told = self.run_it("run", pattern, "--timings", "--report", "tap=-")
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.assertNotIn("where the time", told.stdout)
        self.assertRegex(told.stderr, r"where the time of \d+ cases went[^§]*steps: await ready +\d")

    def test_a_journal_judged_again_says_the_same(self):
        self.run_it("run", "-i", self.faulty("drops-in-flight"), "terminate.in-flight-completes", "--keep-journals")
        journals = sorted(map(str, self.path.glob("clusterspec-results/journals/*.jsonl")))
        self.assertTrue(journals)
        once, again = (self.run_it("judge", *journals) for _ in range(2))
        self.assertEqual(once.returncode, 1, once.stderr)
        self.assertEqual(once.stdout, again.stdout)
        self.assertIn("Required     terminate.in-flight-completes", once.stdout)

    def test_exit_codes_tell_what_happened(self):
        self.assertEqual(self.run_it("run", "no.such-requirement").returncode, 4)
        self.assertEqual(self.run_it("run", "-i", "no-such-server").returncode, 2)
        self.assertEqual(self.run_it("run", "--nonsense").returncode, 2)
        self.assertEqual(self.run_it("run", "terminate.exit-code", "--", "/bin/true", "{workers}").returncode, 3)
        self.assertEqual(self.run_it("run", "launch.arguments-kept", "--", "/bin/true").returncode, 77)

    def test_a_faulty_file_is_told_with_its_place(self):
        broken = self.path / "broken.toml"
        broken.write_text('title = "x"\nwhy = "x"\nverifies = ["terminate.exit-cod"]\n[[step]]\nawait = "redy"\n'
                          '[[expect]]\nexit = "launcher"\ncode = 0\n')
        result = self.run_it("check", broken)
        self.assertEqual(result.returncode, 2)
        self.assertIn(f"{broken}:3:", result.stderr)
        self.assertIn('did you mean "terminate.exit-code"', result.stderr)
        self.assertIn(f"{broken}:5:9", result.stderr)

    def interrupted(self, number, *options):
        """Starts a run, sends the signal when the first case has ended, and gives the exit code."""
        process = subprocess.Popen([CLUSTERSPEC, "run", "-v", "--repeat", "50", "--report", "json=r.json", *options], cwd=self.path,
                                   env=self.environment, stdout=subprocess.PIPE, text=True)
        with process:
            for line in process.stdout:
                if line.startswith("pass"):
                    break
            process.send_signal(number)
            process.stdout.read()
        for pid in descendants_of_ours(self.marker):
            self.assertTrue(ended(pid), f"process {pid} is left: " + " ".join(map(str, options)))
        self.assertEqual(os.listdir(self.temporary), [])
        return process.returncode

    def ended_in_the_middle(self, number, *options):
        """Starts a run of LONG_REQUEST, sends the signal while the request is in flight, and gives the exit code."""
        scenarios = self.path / "scenarios"
        (scenarios / "documented").mkdir(parents=True, exist_ok=True)
        (scenarios / "documented/long-request.toml").write_text(LONG_REQUEST)
        (scenarios / "requirements.toml").write_text((SOURCE / "scenarios/requirements.toml").read_text())
        with subprocess.Popen([CLUSTERSPEC, "run", "--scenarios", scenarios, "-i", REFERENCE, "--report", "json=r.json",
                               *options], cwd=self.path, env=self.environment, stdout=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + DEADLINE_MS / 1000
            while not any(map(answering, descendants_of_ours(self.marker))):
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    self.fail("no request was ever in flight: " + process.stdout.read())
            # Without isolation the case's directory lies where we can see it: what is checked below would else be nothing.
            if "--isolation=none" in options:
                self.assertEqual(len(os.listdir(self.temporary)), 1)
            process.send_signal(number)
            process.stdout.read()
        for pid in descendants_of_ours(self.marker):
            self.assertTrue(ended(pid), f"process {pid} is left: " + " ".join(options))
        self.assertEqual(os.listdir(self.temporary), [])
        return process.returncode

    def test_a_kill_in_the_middle_of_a_request_leaves_nothing(self):
        for options in ((), ("--isolation=none",), ("--isolation=none", "--observation=polling")):
            with self.subTest(options):
                self.assertEqual(self.ended_in_the_middle(signal.SIGKILL, *options), -signal.SIGKILL)

    def test_an_interrupt_in_the_middle_of_a_request_ends_it_at_once_and_reports_are_written(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for options in ((), ("--isolation=none",)):
                with self.subTest(number=number, options=options):
                    begun = time.monotonic()
                    self.assertEqual(self.ended_in_the_middle(number, *options), 130)
                    self.assertLess(time.monotonic() - begun, 30)
                    report = json.loads((self.path / "r.json").read_text())
                    self.assertTrue(report["run"]["interrupted"])

    def test_a_journal_has_the_verdict_of_its_run(self):
        for implementation in (REFERENCE, self.faulty("nonzero-exit")):
            self.run_it("run", "-i", implementation, "terminate.exit-code", "terminate.announced", "--keep-journals",
                        "--report", "json=r.json")
            cases = json.loads((self.path / "r.json").read_text())["cases"]
            self.assertTrue(cases)
            for case in cases:
                again = self.run_it("judge", case["journal"])
                with self.subTest(case["id"]):
                    self.assertEqual(again.returncode, {"pass": 0, "fail": 1}[case["verdict"]], again.stdout)
                    self.assertIn(f"{case['id']}: pass" if case["verdict"] == "pass" else "Required", again.stdout)

    def test_an_interrupt_ends_everything_and_reports_are_written(self):
        for options in ((), ("--isolation=none",)):
            self.assertEqual(self.interrupted(signal.SIGINT, *options), 130)
            self.assertTrue(json.loads((self.path / "r.json").read_text())["cases"])

    def test_a_kill_leaves_nothing(self):
        for options in (("--stress=2",), ("--isolation=none", "--stress=2"), ("--observation=polling",)):
            self.assertEqual(self.interrupted(signal.SIGKILL, *options), -signal.SIGKILL)

    def test_a_server_that_never_listens_and_ignores_every_signal_is_ended(self):
        server = self.path / "deaf.toml"
        server.write_text('name = "deaf"\nexecutable = "/bin/sh"\nstart-within = "300ms"\n'
                          'arguments = ["-c", "trap \'\' INT TERM HUP QUIT; read line < /dev/zero", "{workers}"]\n'
                          '[requests.quick]\npath = "/"\n')
        result = self.run_it("run", "-i", server, "terminate.exit-code")
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertEqual(descendants_of_ours(self.marker), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
