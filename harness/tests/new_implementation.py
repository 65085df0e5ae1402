#!/usr/bin/env python3
"""new-implementation, with servers of which everything is known.

Usage: new_implementation.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

BUILD, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
CLUSTERSPEC = str(BUILD / "clusterspec")
SLOW = "/slow?ms={delay}"


class NewImplementation(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)

    def clusterspec(self, *arguments):
        return subprocess.run([CLUSTERSPEC, *map(str, arguments)], cwd=self.path, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)

    def written(self, *arguments, name="mine"):
        ran = self.clusterspec("new-implementation", "--name", name, *arguments)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        file = self.path / f"{name}.toml"
        checked = self.clusterspec("check", file)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        return tomllib.loads(file.read_text()), ran.stdout

    def stated(self, name):
        (file,) = SOURCE.glob(f"scenarios/implementations/*/{name}.toml")
        return tomllib.loads(file.read_text())

    def test_the_reference_server_is_found_to_be_what_its_file_states(self):
        found, _ = self.written("--slow", SLOW, "--", BUILD / "reference_server", "-w", "{workers}",
                                "--port={port}", "--bind={host}")
        stated = self.stated("reference")
        for key in ("launcher-serves", "worker-count", "listener-count", "exit-code"):
            self.assertEqual(found["dialect"][key], stated["dialect"][key], key)
        self.assertEqual(found["dialect"]["graceful-signal"], "SIGINT")
        self.assertEqual(found["dialect"]["graceful-target"], "group")
        self.assertFalse(found["dialect"]["shares-listener"])
        self.assertFalse(found["dialect"]["forks"])
        self.assertFalse(found["dialect"]["restarts-workers"])
        self.assertTrue(found["dialect"]["keep-alive"])
        self.assertEqual(found["clustering"]["spellings"]["given"], ["-w", "{workers}"])
        for key in ("started", "stopped", "failed"):
            self.assertEqual(found["log"][key], stated["log"][key], key)
        ran = self.clusterspec("run", "--config=none", "-i", "mine.toml", "documented/terminate/in-flight-completes*",
                               "documented/exit/reaped*")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_a_server_of_forks_that_are_replaced_is_found_to_be_one(self):
        program = SOURCE / "scenarios/implementations/python-reuseport/cluster.py"
        found, _ = self.written("--slow", SLOW, "--", program, "-w", "{workers}", "-p", "{port}", "-b", "{host}")
        stated = self.stated("python-reuseport")
        for key in ("launcher-serves", "worker-count", "listener-count", "forks", "restarts-workers", "least-workers",
                    "graceful-target"):
            self.assertEqual(found["dialect"][key], stated["dialect"][key], key)
        self.assertEqual(found["dialect"]["graceful-signal"], "SIGTERM")
        self.assertEqual(found["log"]["started"], stated["log"]["started"])

    def test_one_process_is_a_launcher_that_serves_alone(self):
        (self.path / "page").write_text("ok")
        found, _ = self.written("--quick", "/page", "--", sys.executable, "-m", "http.server", "{port}", "--bind",
                                "{host}")
        self.assertEqual(found["dialect"]["worker-count"], "0")
        self.assertEqual(found["dialect"]["listener-count"], "1")
        self.assertTrue(found["dialect"]["launcher-serves"])
        self.assertNotIn("clustering", found)
        self.assertNotIn("slow", found["requests"])

    def test_what_could_not_be_found_out_is_said(self):
        _, told = self.written("--", BUILD / "reference_server", "-w", "{workers}", "-p", "{port}")
        missing = told[told.index("Not found out"):]
        self.assertIn("requests.slow", missing)
        self.assertIn("dialect.fast-signals", missing)

    def test_a_program_beside_us_is_named_by_its_whole_path(self):
        (self.path / "server").symlink_to(BUILD / "reference_server")
        found, _ = self.written("--", "./server", "-p", "{port}")
        self.assertEqual(found["executable"], str(self.path / "server"))

    def test_a_command_that_does_not_serve_leaves_no_file_and_is_shown_with_what_it_printed(self):
        ran = self.clusterspec("new-implementation", "--", "sh", "-c", "echo 'no \033[31mport'; exit 3")
        self.assertEqual(ran.returncode, 3, ran.stdout + ran.stderr)
        self.assertIn("exit code 3", ran.stdout)
        self.assertIn(r"no \x1b[31mport", ran.stdout)
        self.assertNotIn("\033", ran.stdout)
        self.assertEqual(list(self.path.glob("*.toml")), [])

    def test_a_file_that_is_there_is_left_alone(self):
        (self.path / "sh.toml").write_text("mine")
        ran = self.clusterspec("new-implementation", "--", "sh", "-c", "exit 0")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("--output", ran.stderr)
        self.assertEqual((self.path / "sh.toml").read_text(), "mine")

    def test_no_command_no_program_and_no_name_are_mistakes_of_usage(self):
        self.assertEqual(self.clusterspec("new-implementation").returncode, 2)
        self.assertEqual(self.clusterspec("new-implementation", "--", "no-such-program").returncode, 2)
        self.assertEqual(self.clusterspec("new-implementation", "--name", "a b", "--", "true").returncode, 2)
        self.assertEqual(self.clusterspec("run", "--", "no-such-program").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
