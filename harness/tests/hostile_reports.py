#!/usr/bin/env python3
"""One server that says all it can think of, through every format and to a terminal. Usage: hostile_reports.py BUILD_DIRECTORY SOURCE_DIRECTORY

It prints markup, terminal escapes, bytes that are no UTF-8, lines of 10 MiB, and lines of every format that reports are
written in, calls itself such a name and answers so; and it fails, so that its findings quote it. Each report is read by a
program that others wrote (report_formats.py). The page in a browser has a test of its own (reports/html/tests).
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema

import report_formats as read

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
CLUSTERSPEC = BUILD / "clusterspec"

SCENARIO = """
title = "What a server says is text"
why = "w"
verifies = ["share.every-process-serves", "terminate.exit-code", "launch.announced"]
[launch]
workers = 1
[[step]]
await = "ready"
[[step]]
open = "quick"
request = "quick"
count = 3
until = "connected"
hung-after = "2s"
[[step]]
await = "concluded"
connections = "quick"
within = "5s"
[[step]]
signal = "INT"
to = "group"
[[step]]
await = "exited"
of = "all"
[[expect]]
lines = "started"
count = 0
verifies = ["launch.announced"]
[[expect]]
lines = "stopped"
count = 0
verifies = ["launch.announced"]
[[expect]]
lines = "ready"
count = 0
verifies = ["launch.announced"]
[[expect]]
connections = "quick"
outcome = "answered"
verifies = ["share.every-process-serves"]
[[expect]]
exit = "launcher"
code = 0
verifies = ["terminate.exit-code"]
"""
# Some of its lines are taken for lines of the server's own, and should not be there.
IMPLEMENTATION = f"""
name = "hostile"
executable = "{BUILD}/hostile_server"
arguments = ["poisons-everything", "{{port}}", "{{workers}}"]
start-within = "20s"
[dialect]
worker-count = "{{workers - 1}}"
listener-count = "{{workers}}"
[log]
started = "*alert({{pid}})*"
stopped = "*,line={{pid}}*"
ready = "*title*"
[requests.quick]
path = "/"
"""
# Our own words for what it said.
SAID = ("<script>alert(1)</script>", "\\x1b]0;title\\x07", "\\xff\\xfe", "::error file=x")
REPORTS = [part for name, file in read.FORMATS.items() for part in ("--report", f"{name}={file}")]
MOST_BYTES = 4 << 20


class HostileReports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.path = pathlib.Path(folder.name)
        documented = cls.path / "scenarios/documented"
        documented.mkdir(parents=True)
        (documented / "says.toml").write_text(SCENARIO)
        (documented.parent / "requirements.toml").write_text((SOURCE / "scenarios/requirements.toml").read_text())
        (cls.path / "hostile.toml").write_text(IMPLEMENTATION)
        cls.run_arguments = ["run", "-v", "--config=none", "--scenarios", "scenarios", "-i", "hostile.toml"]
        ran = cls.clusterspec(*cls.run_arguments, *REPORTS)
        # A journal is of one run: others keep theirs elsewhere.
        cls.again = [*cls.run_arguments, "--results", "again"]
        cls.code, cls.told = ran.returncode, ran.stdout + ran.stderr

    @classmethod
    def clusterspec(cls, *arguments):
        return subprocess.run([CLUSTERSPEC, *map(str, arguments)], cwd=cls.path, capture_output=True, text=True, check=False)

    def check(self, folder):
        """All reports of the folder: right in their format, with what the server said as text in them."""
        for name, file in read.FORMATS.items():
            with self.subTest(format=name):
                self.assertLess((folder / file).stat().st_size, MOST_BYTES)
                text = read.text(folder / file)
                if name == "junit":
                    root = read.junit(folder / file, SOURCE)
                    self.assertEqual((len(root.findall(".//testcase")), root.get("failures")), (1, "1"))
                    text = root.find(".//failure").text
                elif name == "json":
                    [case] = read.json_report(folder / file, SOURCE)["cases"]
                    text = "\n".join(f["actual"] for f in case["findings"])
                elif name == "tap":
                    self.assertEqual(read.tap(folder / file), (1, 0, 1, 0, 0))
                    text = text.encode().decode("unicode_escape", "replace") if "\\\\" in text else text
                elif name == "markdown":
                    text = read.markdown(folder / file)
                elif name == "html":
                    _, [case] = read.timeline(folder / file, SOURCE)
                    text = "\n".join(f["actual"] for f in case["findings"])
                elif name == "github":
                    text = "\n".join(message for _, _, message in read.annotations(text)).replace("%25", "%")
                for words in SAID:
                    self.assertIn(words, text)

    def test_every_format_is_right_and_has_it_as_text(self):
        self.assertEqual(self.code, 1, self.told)
        self.check(self.path)

    def test_what_is_made_of_its_reports_and_journals_is_right_too(self):
        merged = self.path / "merged"
        merged.mkdir()
        ran = self.clusterspec("merge", "r.json", *(part.replace("=r.", "=merged/r.") for part in REPORTS))
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.check(merged)
        # The journal was there: the merged page has its picture.
        _, [case] = read.timeline(merged / "r.html", SOURCE)
        self.assertTrue(case["picture"]["events"])
        empty = json.loads((self.path / "r.json").read_text())
        empty["cases"], empty["run"]["totals"] = [], {}
        (self.path / "before.json").write_text(json.dumps(empty))
        self.assertEqual(self.clusterspec("compare", "before.json", "r.json", "--markdown", "compare.md").returncode, 1)
        read.text(self.path / "compare.md")
        self.assertIn("<script>alert(1)</script>", read.markdown(self.path / "compare.md"))
        [journal] = (self.path / "clusterspec-results/journals").iterdir()
        self.assertEqual(self.clusterspec("timeline", journal, "-o", "journal.html").returncode, 0)
        _, [case] = read.timeline(self.path / "journal.html", SOURCE)
        self.assertTrue(case["picture"]["output"])
        self.assertEqual(self.clusterspec("baseline", "r.json", "--reason", "<script>\x1b[2J", "-o", "known.toml").returncode, 0)
        read.text(self.path / "known.toml")
        known = self.clusterspec(*self.again, "--baseline", "known.toml", "--report", "markdown=known.md")
        self.assertEqual(known.returncode, 0, known.stdout + known.stderr)
        self.assertIn("<script>\\x1b[2J", read.markdown(self.path / "known.md"))

    def test_the_readers_refuse_what_is_wrong(self):
        """Each of them, with a report in which one thing was left as the server said it."""
        bad = self.path / "bad"
        html = (self.path / "r.html").read_text()
        for reader, text in (
                (read.text, "a\x1b[2J"), (read.text, "a\u202eb"), (read.tap, "TAP version 14\nok 1 - a\nBail out! x\nok 2 - b\n1..2\n"),
                (read.tap, "TAP version 14\nok 1 - a\nwhat is this\n1..1\n"), (read.tap, "TAP version 14\nok 1 - a\n1..2\n"),
                (read.markdown, "a <script>alert(1)</script>"), (read.markdown, "[x](http://example.org)"), (read.markdown, "www.example.org"),
                (read.markdown, "hello @everyone"), (read.markdown, "<details ontoggle='x'>y</details>"),
                (lambda file: read.junit(file, SOURCE), '<testsuites tests="0" failures="0" errors="0"><script/></testsuites>'),
                (lambda file: read.json_report(file, SOURCE), '{"format": "clusterspec-report"}'),
                (lambda file: read.timeline(file, SOURCE), html.replace("</main>", "<img src=x></main>", 1)),
                (lambda file: read.timeline(file, SOURCE), html.replace("<script type", "<script>alert(1)</script><script type", 1)),
                (lambda file: read.annotations(file.read_text()), "::set-output name=x::y\n::notice title=clusterspec::z"),
                (lambda file: read.annotations(file.read_text()), "a ##[error]x\n::notice title=clusterspec::z")):
            bad.write_text(text)
            with self.subTest(text=text[:60]), self.assertRaises((AssertionError, jsonschema.ValidationError)):
                reader(bad)
        with self.assertRaises(AssertionError):
            read.on_terminal(["printf", "a\\033]0;x\\007"])

    def test_a_terminal_obeys_nothing_of_it(self):
        for command in (self.again, ["judge", next((self.path / "clusterspec-results/journals").iterdir())]):
            with self.subTest(command=command[0]):
                code, _, lines = read.on_terminal([CLUSTERSPEC, *command], columns=400, cwd=self.path)
                self.assertEqual(code, 1)
                for words in SAID:
                    self.assertIn(words, "\n".join(lines))

    def test_a_job_on_github_takes_no_command_of_it(self):
        ran = self.clusterspec(*self.again, "--report", "github")
        self.assertIn("::error file=x", ran.stdout)
        read.annotations(ran.stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
