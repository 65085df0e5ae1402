#!/usr/bin/env python3
"""What a CI gate stands on: baselines, shards, retries, settings. Usage: gate.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]

Waits are on events: a line of output, the end of a process.
"""
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import report_formats as read
from support import descendants_of_ours, ended

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
REFERENCE = (SOURCE / "scenarios/implementations/reference/reference.toml").read_text()

# One that ends at once, and one that takes a minute.
QUICK = """
title = "A server starts"
why = "w"
verifies = ["share.every-process-listens"]
[launch]
workers = 1
[[step]]
await = "ready"
[[expect]]
duration = "20s"
from = "launched"
to = "ready"
"""
LONG = QUICK.replace('await = "ready"', """await = "ready"
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
""")


class Gate(unittest.TestCase):
    maxDiff = None
    # The scenarios of a test have no implementations beside them.
    IT = ("-i", SOURCE / "scenarios/implementations/reference/reference.toml")

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        self.marker = f"CLUSTERSPEC_TEST={self.path}".encode()
        self.environment = dict(os.environ, CLUSTERSPEC_TEST=str(self.path))

    def run_it(self, *arguments, code=None):
        done = subprocess.run([BUILD / "clusterspec", *map(str, arguments)], cwd=self.path, env=self.environment,
                              capture_output=True, text=True, check=False)
        done.told = done.stdout + done.stderr
        if code is not None:
            self.assertEqual(done.returncode, code, done.told)
        return done

    def json(self, name):
        return json.loads((self.path / name).read_text())

    def faulty(self, fault):
        file = self.path / f"{fault}.toml"
        text = REFERENCE.replace('executable = "reference_server"', f'executable = "{BUILD}/faulty_server"')
        file.write_text(text.replace("endpoint = ", f'arguments = ["--fault", "{fault}"]\nendpoint = ', 1))
        return file

    # The faults below show in every run.
    def failing(self, name, *options, code=1):
        return self.run_it("run", "-i", self.faulty("no-stopped-line"), "exit.*", "--report", f"json={name}", *options, code=code)

    def test_four_shards_merged_are_the_whole_run(self):
        self.failing("whole.json")
        for k in range(1, 5):
            self.failing(f"{k}.json", "--shard", f"{k}/4", code=None)
        merged = self.run_it("merge", "3.json", "1.json", "4.json", "2.json", "--report", "json=merged.json",
                             "--report", "junit=merged.xml", "--report", "html=merged.html", code=1)
        whole, joined = self.json("whole.json"), self.json("merged.json")
        self.assertEqual(joined["run"]["totals"], whole["run"]["totals"])
        self.assertEqual(joined["run"]["incomplete"], [])

        def verdicts(report):
            return [(c["id"], c["verdict"], c["reason"], c["requirements"]) for c in report["cases"]]

        self.assertEqual(verdicts(joined), verdicts(whole))
        self.assertEqual(joined["requirements"], whole["requirements"])
        sizes = [len(self.json(f"{k}.json")["cases"]) for k in range(1, 5)]
        self.assertLessEqual(max(sizes) - min(sizes), 1)
        self.assertEqual(sum(sizes), len(whole["cases"]))
        self.assertTrue(all(sizes))
        # What proves a failure is told by the merged report too, though it has no journal.
        self.assertIn("Evidence     #", merged.stdout)
        self.assertNotIn("not in the journal", merged.stdout)

    def test_what_is_merged_has_pictures_where_the_journals_came_along(self):
        for k in (1, 2):
            self.failing(f"here/{k}/report.json", "--shard", f"{k}/2", "--results", f"here/{k}", "--combinations=one", code=None)
        # As artifacts of a CI: moved, each into a folder of its own.
        (self.path / "here").rename(self.path / "there")
        reports = [f"there/{k}/report.json" for k in (1, 2)]
        merged = self.run_it("merge", *reports, "--report", "html=m.html", "--report", "json=m.json", code=1)
        self.assertRegex(merged.stdout, r"The last \d+ of \d+ events|All that happened")
        run, cases = read.timeline(self.path / "m.html", SOURCE)
        pictured = [case["verdict"] for case in run["cases"] if case["pictured"]]
        self.assertEqual(pictured, ["fail"] * sum(case["verdict"] == "fail" for case in run["cases"]))
        self.assertTrue(pictured)
        self.assertTrue(all(case["picture"]["events"] for case in cases if case["findings"]))
        for case in self.json("m.json")["cases"]:
            for name in (case["journal"], case["capsule"]) if case["verdict"] == "fail" else ():
                self.assertTrue((self.path / name).is_file() and name.startswith("there/"), name)
        # Neither a journal of another case nor one of another run is this one's; without any there is a report all the same.
        journals = {journal: journal.read_text() for journal in self.path.glob("there/*/journals/*")}
        for pattern, other in (("documented/exit/", "documented/other/"), (r'"at":\d+', '"at":5')):
            for journal, text in journals.items():
                journal.write_text(re.sub(pattern, other, text))
            self.run_it("merge", *reports, "--report", "html=m.html", code=1)
            run, _ = read.timeline(self.path / "m.html", SOURCE)
            self.assertFalse(any(case["pictured"] for case in run["cases"]))

    def scenarios(self, **files):
        folder = self.path / "scenarios/documented/x"
        folder.mkdir(parents=True)
        (folder.parent.parent / "requirements.toml").write_text((SOURCE / "scenarios/requirements.toml").read_text())
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text)
        return folder.parent.parent

    def test_a_shard_that_is_killed_in_the_middle_is_seen_in_the_merge(self):
        scenarios = self.scenarios(a=QUICK, b=QUICK, c=LONG, d=QUICK)
        for how, said in ((signal.SIGKILL, "it is empty: the run that was to write it has not ended, or was killed"),
                          (signal.SIGINT, "it was interrupted")):
            with self.subTest(how):
                arguments = ("run", "--scenarios", scenarios, *self.IT, "-j1", "-v")
                self.run_it(*arguments, "--shard", "2/2", "--report", "json=2.json", code=0)
                process = subprocess.Popen([BUILD / "clusterspec", *map(str, arguments), "--shard", "1/2", "--report", "json=1.json"],
                                           cwd=self.path, env=self.environment, stdout=subprocess.PIPE, text=True)
                # The first case has ended, the second, which is long, begins.
                while not process.stdout.readline().startswith("pass "):
                    self.assertIsNone(process.poll())
                process.send_signal(how)
                process.wait()
                process.stdout.close()
                for pid in descendants_of_ours(self.marker):
                    self.assertTrue(ended(pid), f"process {pid} is left")
                merged = self.run_it("merge", "1.json", "2.json", "--report", "json=m.json", "--report", "junit=m.xml",
                                     "--report", "tap=m.tap", "--report", "github", code=5)
                self.assertIn(f"1.json: {said}", merged.stdout)
                self.assertIn("Incomplete", merged.stdout)
                self.assertTrue(any(said in line for line in self.json("m.json")["run"]["incomplete"]))
                subprocess.run(["xmllint", "--noout", "--nonet", "--schema", SOURCE / "reports/schema/junit.xsd", self.path / "m.xml"],
                               check=True, capture_output=True)
                root = xml.etree.ElementTree.parse(self.path / "m.xml").getroot()
                self.assertGreater(int(root.get("errors")), 0)
                self.assertIn("Bail out! incomplete", (self.path / "m.tap").read_text())
                self.assertRegex(merged.stdout, r"(?m)^::error title=incomplete::1\.json")

    def test_a_shard_that_is_not_given_is_missing(self):
        scenarios = self.scenarios(a=QUICK, b=QUICK, c=QUICK)
        for k in (1, 2, 3, 4):
            self.run_it("run", "--scenarios", scenarios, *self.IT, "--shard", f"{k}/4", "--report", f"json={k}.json", code=0)
        self.assertEqual(self.json("4.json")["cases"], [])
        self.run_it("merge", "1.json", "2.json", "3.json", "4.json", code=0)
        self.assertIn("shard 2/4 is missing", self.run_it("merge", "1.json", "4.json", "3.json", code=5).stdout)
        self.assertIn("nowhere.json", self.run_it("merge", "1.json", "2.json", "3.json", "nowhere.json", code=5).stdout)

    def test_a_baseline_is_written_kept_and_asked_to_shrink(self):
        self.failing("r.json")
        told = self.run_it("baseline", "r.json", "--reason", "tracked as 12", "-o", "known.toml", code=0).stdout
        self.assertRegex(told, r"known\.toml: [1-9][0-9]* known failures, 0 before")
        known = self.failing("k.json", "--baseline", "known.toml", "--report", "junit=k.xml", "--report", "tap=k.tap", code=0)
        self.assertIn("tracked as 12", known.stdout)
        totals = self.json("k.json")["run"]["totals"]
        self.assertEqual(totals["known"], totals["failed"])
        self.assertGreater(totals["known"], 0)
        root = xml.etree.ElementTree.parse(self.path / "k.xml").getroot()
        self.assertEqual(root.get("failures"), "0")
        self.assertEqual(len(root.findall(".//skipped[@type='known']")), totals["known"])
        self.assertIn("# TODO known failure: tracked as 12", (self.path / "k.tap").read_text())
        # Another fault is a new failure beside the known ones.
        self.run_it("run", "-i", self.faulty("exit-code-not-status"), "exit.*", "--baseline", "known.toml", code=1)
        # The server is mended: its entries are needless, which only a strict baseline minds.
        good = ("run", "exit.*", "--baseline", "known.toml")
        file = self.path / "known.toml"
        mended = self.run_it(*good, code=0)
        self.assertIn("Fixed: these entries of the baseline can go", mended.stdout)
        self.assertIn("tracked as 12", mended.stdout)
        self.run_it(*good, "--strict-baseline", "--report", "json=good.json", "--report", "junit=good.xml", code=1)
        self.assertGreater(int(xml.etree.ElementTree.parse(self.path / "good.xml").getroot().get("failures")), 0)
        self.run_it("baseline", "good.json", "--reason", "none", "-o", file, code=0)
        self.assertNotIn("[[known]]", file.read_text())
        self.run_it(*good, "--strict-baseline", code=0)

    def test_a_faulty_baseline_is_told_with_its_place(self):
        (self.path / "known.toml").write_text('[[known]]\nrequirement = "exit.reaped"\ncase = "*"\n')
        told = self.run_it("run", "exit.reaped", "--baseline", "known.toml", code=2).stderr
        self.assertIn("known.toml:1:", told)
        self.assertIn("reason", told)

    def test_an_entry_of_the_baseline_that_names_no_case_is_noted(self):
        (self.path / "known.toml").write_text('\n[[known]]\nrequirement = "exit.reaped"\ncase = "documented/exit/reapd*"\nreason = "r"\n'
                                              '[[known]]\nrequirement = "exit.reaped"\ncase = "documented/exit/*@another"\nreason = "r"\n')
        self.run_it("run", "exit.reaped", "--baseline", "known.toml", "--report", "json=r.json", code=0)
        notes = [note for note in self.json("r.json")["run"]["notes"] if "known.toml" in note]
        self.assertEqual(len(notes), 1)
        self.assertIn("known.toml:2: no case is named documented/exit/reapd*", notes[0])
        self.assertIn('did you mean "documented/exit/reaped"?', notes[0])
        (self.path / "known.toml").write_text('[[known]]\nrequirement = "exit.reapd"\ncase = "*"\nreason = "r"\n')
        for command in (("run", "exit.reaped", "--baseline", "known.toml"), ("check", "known.toml")):
            told = self.run_it(*command, code=2).stderr
            self.assertIn('known.toml:2:15: there is no requirement "exit.reapd"', told)
            self.assertIn('did you mean "exit.reaped"?', told)

    def test_compare_tells_what_is_worse_and_what_is_better(self):
        self.failing("bad.json")
        self.run_it("run", "exit.*", "--report", "json=good.json", code=0)
        for name in ("bad.json", "good.json"):  # of one server
            (self.path / name).write_text((self.path / name).read_text().replace('"implementation": "reference"', '"implementation": "it"'))
        worse = self.run_it("compare", "good.json", "bad.json", "--markdown", "c.md", code=1)
        self.assertRegex(worse.stdout, r"(?m)^Worse$")
        self.assertRegex(worse.stdout, r"(?m)^  documented/exit/\S+: passed before, failed now$")
        self.assertIn("exit.clean-announced", worse.stdout)
        self.assertIn("#### Worse", (self.path / "c.md").read_text())
        self.assertIn("Better", self.run_it("compare", "bad.json", "good.json", code=0).stdout)
        self.assertIn("0 worse", self.run_it("compare", "bad.json", "bad.json", code=0).stdout)
        self.run_it("compare", "bad.json", "c.md", code=2)

    def test_fail_fast_stops_and_says_what_it_left_out(self):
        told = self.failing("f.json", "--fail-fast", "-j1").stdout
        report = self.json("f.json")
        self.assertEqual(report["run"]["totals"]["failed"], 1)
        self.assertEqual(report["cases"][-1]["verdict"], "fail")
        self.assertRegex(report["run"]["incomplete"][0], r"^[0-9]+ of [0-9]+ cases were not run: --fail-fast")
        self.assertIn("--fail-fast stopped", told)
        self.run_it("run", "exit.*", "--fail-fast", "--retries", "1", code=2)

    def comes_and_goes(self):
        """A server that breaks its first start, and is as good as any later."""
        program = self.path / "comes-and-goes"
        # Without a process of its own, which would count as a worker.
        program.write_text(f'#!/bin/sh\n[ ! -e {self.path}/seen ] || exec {BUILD}/reference_server "$@"\n'
                           f': > {self.path}/seen\nexec {BUILD}/faulty_server --fault no-stopped-line "$@"\n')
        program.chmod(0o755)
        file = self.path / "comes-and-goes.toml"
        file.write_text(REFERENCE.replace('executable = "reference_server"', f'executable = "{program}"').replace('version = ["--version"]\n', ""))
        return file

    def test_what_passes_when_it_is_run_again_is_flaky_and_fails_nothing(self):
        one = ("documented/exit/clean-announced*", "--combinations=one", "-i", self.comes_and_goes())
        done = self.run_it("run", *one, "--retries", "2", "--report", "junit=r.xml", "--report", "json=r.json", code=0)
        self.assertIn("Flaky cases", done.stdout)
        root = xml.etree.ElementTree.parse(self.path / "r.xml").getroot()
        self.assertEqual(len(root.findall(".//flakyFailure")), 1)
        self.assertEqual(root.get("failures"), "0")
        self.assertEqual([c["verdict"] for c in self.json("r.json")["cases"]], ["fail", "pass"])
        (self.path / "seen").unlink()
        self.run_it("run", *one, code=1)

    def test_what_fails_whenever_it_is_run_again_fails_once(self):
        self.failing("r.json", "--retries", "2", "--combinations=one")
        report = self.json("r.json")
        failed = [c for c in report["cases"] if c["verdict"] == "fail"]
        self.assertTrue(failed)
        self.assertEqual({c["attempts"] for c in failed}, {3})
        self.assertEqual(len({c["id"] for c in report["cases"]}), len(report["cases"]))
        self.assertEqual(report["flaky"], [])

    def test_settings_say_what_the_command_line_does_not(self):
        (self.path / "clusterspec.toml").write_text('patterns = ["exit.reaped"]\nreports = ["json=r.json"]\n'
                                                    '[profile.ci]\ntime-scale = 2.0\nreports = ["json=ci.json", "junit=ci.xml"]\n')
        self.run_it("run", code=0)
        self.assertEqual(self.json("r.json")["run"]["time_scale"], 1)
        self.assertTrue(all("exit.reaped" in c["requirements"] for c in self.json("r.json")["cases"]))
        self.run_it("run", "--profile", "ci", code=0)
        self.assertEqual(self.json("ci.json")["run"]["time_scale"], 2)
        self.assertTrue((self.path / "ci.xml").is_file())
        self.run_it("run", "--profile", "ci", "--time-scale", "3", "--report", "json=mine.json", code=0)
        self.assertEqual(self.json("mine.json")["run"]["time_scale"], 3)
        self.assertIn("profiles: ci", self.run_it("run", "--profile", "cii", code=2).stderr)
        elsewhere = self.path / "elsewhere"
        elsewhere.mkdir()
        (self.path / "clusterspec.toml").rename(elsewhere / "gate.toml")
        self.run_it("run", "--config", "elsewhere/gate.toml", code=0)
        self.assertTrue((elsewhere / "r.json").is_file())
        (elsewhere / "gate.toml").write_text("retires = 1\n")
        told = self.run_it("run", "--config", "elsewhere/gate.toml", code=2).stderr
        self.assertIn("elsewhere/gate.toml:1:1:", told)
        self.assertIn("retries", told)

    def test_new_settings_are_a_gate_as_they_are(self):
        told = self.run_it("new-settings", "-i", "reference", code=0).stdout
        self.assertIn("clusterspec run --profile ci", told)
        self.run_it("check", "clusterspec.toml", code=0)
        self.run_it("run", "exit.reaped", "--profile", "ci", code=0)
        self.assertEqual(self.json("clusterspec-reports/report.json")["run"]["time_scale"], 2)
        for name in ("junit.xml", "summary.md", "timeline.html"):
            self.assertTrue((self.path / "clusterspec-reports" / name).stat().st_size)
        before = (self.path / "clusterspec.toml").read_text()
        self.assertIn("is there already", self.run_it("new-settings", code=2).stderr)
        self.assertEqual((self.path / "clusterspec.toml").read_text(), before)
        self.assertIn("no-such", self.run_it("new-settings", "-i", "no-such", "-o", "other.toml", code=2).stderr)
        self.assertFalse((self.path / "other.toml").exists())
        # Beside the settings, wherever it is named from.
        self.run_it("new-settings", "-i", self.faulty("no-stopped-line"), "-o", "deep/er/gate.toml", code=0)
        self.assertIn('implementation = "../../no-stopped-line.toml"', (self.path / "deep/er/gate.toml").read_text())
        self.run_it("run", "exit.clean-announced", "--config", "deep/er/gate.toml", code=1)
        # Each key of the schema stands there.
        keys = json.loads((SOURCE / "scenarios/schema/settings.schema.json").read_text())["properties"]
        for key in keys.keys() - {"profile"}:
            self.assertRegex(before, rf"(?m)^#?{key} = ")

    def test_a_slip_of_the_pen_makes_no_gate_smaller(self):
        told = self.run_it("run", "exit.reaped", "terminate.exit-cod", "documented/exit/reapd", "reload.*", "--tag", "lod", code=4).stderr
        for words in ('no case matches "terminate.exit-cod"', 'did you mean "terminate.exit-code"?', 'did you mean "documented/exit/reaped"?',
                      'no case of suite documented matches "reload.*"', "--suite all", 'no scenario has the tag "lod"', 'did you mean "load"?'):
            self.assertIn(words, told)
        # A file in the place of a name: of a scenario that there is, and of one that is elsewhere.
        for path, words in ((SOURCE / "scenarios/documented/exit/reaped.toml", 'not a file: "documented/exit/reaped"'),
                            (self.path / "mine.toml", "not a file: `--scenarios DIR`")):
            self.assertIn(words, self.run_it("run", str(path), code=4).stderr)
        self.assertIn('no case matches "exit.raped"', self.run_it("list", "exit.raped", code=4).stderr)
        self.assertIn('did you mean "--retries"?', self.run_it("run", "--retris", "2", code=2).stderr)
        self.assertIn('did you mean "run"?', self.run_it("rn", code=2).stderr)

    def test_what_the_settings_name_and_is_not_there_is_told_with_its_place(self):
        for line, column, words, code in (
                ('implementation = "my.toml"', 18, "cannot be read", 2), ('implementation = "nginy"', 18, "known: ", 2),
                ('baseline = "no.toml"', 12, "clusterspec baseline REPORT.json", 2), ('scenarios = "nowhere"', 13, "requirements.toml", 2),
                ('reports = ["html=a.html", "jnit=b"]', 27, 'did you mean "junit"?', 2), ('reports = ["json"]', 12, "json=FILE", 2),
                ('patterns = ["exit.reaped", "exit.raped"]', 28, 'did you mean "exit.reaped"?', 4), ('tags = ["lod"]', 9, 'did you mean "load"?', 4),
                ("suite = documented", 9, 'a text stands in "quotes"', 2)):
            for head, number in (("", 2), ("[profile.ci]\n", 3)):
                with self.subTest(line=line, head=head):
                    (self.path / "clusterspec.toml").write_text(f"# a comment\n{head}{line}\n")
                    told = self.run_it("run", *(["--profile", "ci"] if head else []), code=code).stderr
                    if "reports" in line or "suite" in line:
                        self.assertEqual(self.run_it("check", "clusterspec.toml", code=2).stderr, told)
                    self.assertIn(f"clusterspec.toml:{number}:{column}: ", told)
                    self.assertIn(f"\n  {line}\n", told)
                    self.assertIn(words, told)

    def test_the_command_that_runs_it_again_does(self):
        file = self.faulty("no-stopped-line")
        for arguments in (("-i", file), ("-i", SOURCE / "scenarios/implementations/reference/reference.toml", "--executable", self.as_faulty())):
            told = self.run_it("run", *arguments, "exit.clean-announced", "--combinations=one", code=1).stdout
            [again] = re.findall(r"(?m)^  (clusterspec run .*)$", told)
            words = shlex.split(again)
            self.assertIn(" documented/exit/", self.run_it(*words[1:], code=1).stdout)

    def as_faulty(self):
        program = self.path / "program"
        program.write_text(f'#!/bin/sh\nexec {BUILD}/faulty_server --fault no-stopped-line "$@"\n')
        program.chmod(0o755)
        return program

    def test_annotations_stand_at_the_expectation_and_nothing_else_is_a_command(self):
        out = self.failing("r.json", "--report", "github").stdout.splitlines()
        stop = re.fullmatch("::stop-commands::(clusterspec-[0-9a-f]{32})", out[0])
        self.assertTrue(stop, out[0])
        start = out.index(f"::{stop[1]}::")
        annotations = out[start + 1:]
        self.assertLessEqual(len(annotations), 10)
        self.assertTrue(annotations[-1].startswith("::notice title=clusterspec::"))
        for line in annotations[:-1]:
            match = re.fullmatch(r"::error file=(.+),line=(\d+),title=(exit\.[a-z-]+)::.*", line)
            self.assertTrue(match, line)
            lines = pathlib.Path(match[1]).read_text().splitlines()
            self.assertRegex(lines[int(match[2]) - 1], r"^\[\[(expect|step)\]\]|^[a-z]")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
