#!/usr/bin/env python3
"""The built programs as a user runs them. Usage: whole_program.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]

Waits are on events: the end of a process (its pidfd), a line of output.
"""
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
CLUSTERSPEC = str(BUILD / "clusterspec")
REFERENCE = SOURCE / "scenarios/implementations/reference/reference.toml"
DEADLINE_MS = 20_000


def descendants_of_ours(marker):
    """Processes whose environment carries the marker: whatever a run started, wherever it was re-parented."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            environment = pathlib.Path("/proc", entry, "environ").read_bytes()
        except OSError:
            continue
        if marker in environment:
            found.append(int(entry))
    return found


def ended(pid):
    """True once the process has ended, waiting for it as an event."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        return bool(poll.poll(DEADLINE_MS))
    finally:
        os.close(pidfd)


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

    def test_an_interrupt_ends_everything_and_reports_are_written(self):
        for options in ((), ("--isolation=none",)):
            self.assertEqual(self.interrupted(signal.SIGINT, *options), 130)
            self.assertTrue(json.loads((self.path / "r.json").read_text())["cases"])

    def test_a_kill_leaves_nothing(self):
        for options in ((), ("--isolation=none",), ("--observation=polling",)):
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
