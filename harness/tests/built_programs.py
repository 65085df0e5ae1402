#!/usr/bin/env python3
"""Programs that are built on demand, with a shell script in the place of a compiler.

Usage: built_programs.py BUILD_DIRECTORY [TEST…]
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv[1]).resolve()
CLUSTERSPEC = str(BUILD / "clusterspec")
ONE_CASE = "documented/launch/fresh-image*"

DESCRIPTION = """
name = "made"
executable = "{built}/server"
version = ["--version"]
endpoint = ["--port={port}", "--bind={host}"]
install = "apt-get install some-compiler"

[build]
command = ["COMPILER", "make.sh", "{built}/server"]
sources = ["make.sh"]

[clustering]
usual = "short"
spellings.short = ["-w", "{workers}"]

[requests.quick]
path = "/"
"""


class BuiltPrograms(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        self.made = self.path / "made"
        (self.path / "source").mkdir()
        self.server = self.path / "source/made.toml"
        self.describe("sh")
        self.script(f'echo once >> {self.made}; cp {BUILD}/reference_server "$1"')
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.path / "cache"))

    def describe(self, compiler):
        self.server.write_text(DESCRIPTION.replace("COMPILER", compiler))

    def script(self, text):
        (self.path / "source/make.sh").write_text(text + "\n")

    def start(self):
        return subprocess.Popen([CLUSTERSPEC, "run", "-i", self.server, ONE_CASE], cwd=self.path, text=True,
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_it(self):
        run = self.start()
        out, err = run.communicate()
        return run.returncode, out + err

    def times_made(self):
        return len(self.made.read_text().splitlines())

    def kept(self):
        return sorted(p.name for p in (self.path / "cache/clusterspec").iterdir() if p.is_dir())

    def test_it_is_built_once_and_again_when_a_source_changes(self):
        for _ in range(2):
            code, text = self.run_it()
            self.assertEqual(code, 0, text)
        self.assertEqual(self.times_made(), 1)
        self.script(f'echo again >> {self.made}; cp {BUILD}/reference_server "$1"')
        self.assertEqual(self.run_it()[0], 0)
        self.assertEqual(self.times_made(), 2)
        self.assertEqual(len(self.kept()), 2)

    def test_runs_side_by_side_build_it_once(self):
        runs = [self.start() for _ in range(4)]
        for run in runs:
            out, err = run.communicate()
            self.assertEqual(run.returncode, 0, out + err)
        self.assertEqual(self.times_made(), 1)

    def test_a_missing_compiler_skips_everything_and_says_what_to_install(self):
        self.describe("no-such-compiler")
        code, text = self.run_it()
        self.assertEqual(code, 77, text)
        self.assertIn('made is built with "no-such-compiler", which is not installed', text)
        self.assertIn("apt-get install some-compiler", text)

    def test_a_failed_build_names_the_error_and_leaves_nothing_that_could_be_taken_for_the_program(self):
        for script, reason in (('echo made > "$1"; echo "Error: no such variable"; echo more; exit 3',
                                "building made failed: exit code 3, Error: no such variable"),
                               ("exit 0", "the command ended well, but made no program"),
                               ('kill -9 $$', "building made failed: killed by SIGKILL")):
            with self.subTest(script):
                self.script(script)
                code, text = self.run_it()
                self.assertEqual(code, 2, text)
                self.assertIn(reason, text)
                self.assertIn("apt-get install some-compiler", text)
                self.assertEqual(self.kept(), [])

    def test_a_missing_source_is_a_mistake(self):
        (self.path / "source/make.sh").unlink()
        code, text = self.run_it()
        self.assertEqual(code, 2, text)
        self.assertIn('the source "make.sh" cannot be read', text)

    def test_what_an_ended_build_left_is_not_used(self):
        # As a run leaves it that was killed while it built.
        self.run_it()
        whole = self.path / "cache/clusterspec" / self.kept()[0]
        whole.rename(whole.with_name(whole.name + ".new"))
        (whole.with_name(whole.name + ".new") / "rest").write_text("")
        self.assertEqual(self.run_it()[0], 0)
        self.assertEqual(self.times_made(), 2)
        self.assertEqual([p.name for p in whole.iterdir()], ["server"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
