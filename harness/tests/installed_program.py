#!/usr/bin/env python3
"""What `cmake --install` puts where, used as from a package. Usage: installed_program.py CMAKE BUILD_DIRECTORY"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD = sys.argv[1:3]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prefix = pathlib.Path(cls.folder.name, "usr")
        cls.work = pathlib.Path(cls.folder.name, "work")
        cls.work.mkdir()
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", cls.prefix], check=True, capture_output=True)

    def run_installed(self, *arguments):
        return subprocess.run([self.prefix / "bin/clusterspec", *arguments], cwd=self.work, capture_output=True,
                              text=True, timeout=120, check=False)

    def test_files_are_where_a_distribution_puts_them(self):
        for path in ("bin/clusterspec", "libexec/clusterspec/reference_server", "libexec/clusterspec/faulty_server",
                     "share/clusterspec/scenarios/requirements.toml",
                     "share/clusterspec/scenarios/schema/scenario.schema.json",
                     "share/clusterspec/schema/report.schema.json", "share/doc/clusterspec/README.md",
                     "share/doc/clusterspec/LICENSE"):
            self.assertTrue((self.prefix / path).is_file(), path)
        self.assertEqual([p.name for p in (self.prefix / "bin").iterdir()], ["clusterspec"])
        self.assertEqual([p for p in self.prefix.rglob("tests")], [])

    def test_it_finds_its_scenarios_and_its_server(self):
        ran = self.run_installed("run", "exit.clean-announced", "--report", "json=out.json")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        cases = json.loads((self.work / "out.json").read_text())["cases"]
        self.assertTrue(cases)
        self.assertEqual({case["verdict"] for case in cases}, {"pass"})

    def test_every_installed_file_is_correct(self):
        checked = self.run_installed("check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn(str(self.prefix.resolve() / "share/clusterspec/scenarios/requirements.toml"), checked.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
