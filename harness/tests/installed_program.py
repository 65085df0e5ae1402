#!/usr/bin/env python3
"""What `cmake --install` puts where, used as from a package. Usage: installed_program.py CMAKE BUILD_DIRECTORY"""
import json
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import tomllib
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
                     "share/clusterspec/schema/report.schema.json", "share/cmake/clusterspec/clusterspecConfig.cmake",
                     "share/man/man1/clusterspec.1", "share/bash-completion/completions/clusterspec",
                     "share/zsh/vendor-completions/_clusterspec", "share/fish/vendor_completions.d/clusterspec.fish",
                     "share/clusterspec/schema/junit.xsd", "share/doc/clusterspec/README.md",
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

    def complete(self, *words):
        """What bash offers for the last of the words."""
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clusterspec; printf "%s\\n" "${COMPREPLY[@]}"'
        file = self.prefix / "share/bash-completion/completions/clusterspec"
        return subprocess.run(["bash", "-c", script, "bash", file, *words], capture_output=True, text=True, check=True).stdout.split()

    def test_bash_completes_what_help_shows(self):
        commands = self.complete("clusterspec", "")
        for command in ("run", "merge", "timeline", "doctor"):
            self.assertIn(command, commands)
            offered = self.complete("clusterspec", command, "--")
            told = self.run_installed(command, "--help").stdout
            self.assertEqual({word for word in offered if word not in told}, set())
        self.assertIn("--baseline", self.complete("clusterspec", "run", "--base"))
        self.assertEqual(self.complete("clusterspec", "me"), ["merge"])

    def interactive(self, shell, *start):
        """A shell on a terminal; gives a function that types words and waits for a pattern in what is shown from then on."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = subprocess.Popen(shell, stdin=slave, stdout=slave, stderr=slave, cwd=self.work, start_new_session=True,
                                   env={"PATH": f"{self.prefix}/bin:{os.environ['PATH']}", "HOME": str(self.work), "TERM": "dumb", "PS1": "ready> "})
        os.close(slave)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def types(words, pattern):
            os.write(master, words.encode())
            shown, deadline = "", time.monotonic() + 30
            while not re.search(pattern, shown):
                left = deadline - time.monotonic()
                self.assertTrue(left > 0 and select.select([master], [], [], left)[0], f"{words!r}: {shown!r}")
                shown += os.read(master, 4096).decode(errors="replace")
            return shown

        for line in start:
            types(line + "; echo do''ne\n", r"(?m)^done\s")
        return types

    def test_bash_completes_at_its_prompt(self):
        types = self.interactive(["bash", "--norc", "--noprofile", "-i"], f"source {self.prefix}/share/bash-completion/completions/clusterspec")
        types("clusterspec mer\t", "merge ")
        types("--strict\t", "--strict-baseline ")
        types("\x15clusterspec run --flaky \t\t", r"fail\s+report")

    def test_zsh_completes_at_its_prompt(self):
        folder = self.prefix / "share/zsh/vendor-completions"
        types = self.interactive(["zsh", "-f", "-i"], f"fpath=({folder} $fpath)", "autoload -Uz compinit", "compinit -u -D")
        types("clusterspec mer\t", "merge ")
        types("--strict\t", "--strict-baseline ")
        types("\x15clusterspec run --flaky \t\t", r"fail\s+report")
        types("\x15clusterspec run --s\t\t", "a known failure that is fixed")

    def test_fish_completes(self):
        def offered(line):
            script = 'source $argv[1]; complete -C $argv[2]'
            told = subprocess.run(["fish", "--no-config", "-c", script, self.prefix / "share/fish/vendor_completions.d/clusterspec.fish", line],
                                  capture_output=True, text=True, check=True, cwd=self.work, env={**os.environ, "HOME": str(self.work)})
            self.assertEqual(told.stderr, "")
            return dict((*line.split("\t", 1), "")[:2] for line in told.stdout.splitlines())

        self.assertIn("shards", offered("clusterspec mer")["merge"])
        self.assertIn("fixed", offered("clusterspec run --strict")["--strict-baseline"])
        self.assertNotIn("--strict-baseline", offered("clusterspec doctor --"))
        self.assertEqual(set(offered("clusterspec run --flaky ")), {"fail", "report"})

    def test_the_manual_page_is_one_for_those_who_show_it(self):
        page = self.prefix / "share/man/man1/clusterspec.1"
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True, check=False)
        self.assertEqual((lint.returncode, lint.stdout + lint.stderr), (0, ""))
        shown = subprocess.run(["man", "--warnings=all", "-P", "cat", "-l", page], capture_output=True, text=True, check=True,
                               env={**os.environ, "MANWIDTH": "100"})
        self.assertEqual(shown.stderr, "")
        self.assertRegex(shown.stdout, r"(?m)^ +--strict-baseline$")
        # What wraps in the text of --help must not wrap in the middle of an option's name here.
        self.assertRegex(shown.stdout, r"(?s)EXIT STATUS.*\b5\b.*missing")

    def test_the_manual_page_has_every_command_and_option(self):
        page = (self.prefix / "share/man/man1/clusterspec.1").read_text().replace("\\-", "-")
        for command in ("run", "merge", "timeline"):
            self.assertIn(f".SS clusterspec {command}", page)
            for option in self.complete("clusterspec", command, "--"):
                self.assertIn(option, page)

    def test_the_doctor_tries_each_thing_and_says_what_is_lost(self):
        seen = self.run_installed("doctor")
        rows = [line.split(maxsplit=2) for line in seen.stdout.splitlines()[:-1]]
        self.assertEqual({row[0] for row in rows} - {"ok", "no"}, set(), seen.stdout)
        self.assertEqual(seen.returncode, 1 if any(row[0] == "no" for row in rows) else 0)
        few = subprocess.run(["bash", "-c", 'ulimit -n 64; exec "$0" doctor', self.prefix / "bin/clusterspec"],
                             capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(few.returncode, 1, few.stdout)
        self.assertRegex(few.stdout, "(?m)^no  open files +64 are allowed")

    def test_every_installed_file_is_correct(self):
        checked = self.run_installed("check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn(str(self.prefix.resolve() / "share/clusterspec/scenarios/requirements.toml"), checked.stdout)

    def test_each_implementation_has_what_it_is_built_from_or_runs(self):
        needed = []
        for file in self.prefix.glob("share/clusterspec/scenarios/implementations/*/*.toml"):
            stated = tomllib.loads(file.read_text())
            needed += [file.parent / source for source in stated.get("build", {}).get("sources", [])]
            if stated["executable"].startswith("./"):
                needed.append(file.parent / stated["executable"])
                self.assertTrue(os.access(needed[-1], os.X_OK), needed[-1])
        self.assertGreater(len(needed), 3)
        self.assertEqual([path for path in needed if not path.is_file()], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
