#!/usr/bin/env python3
"""Cases with a link between client and server. Usage: link.py BUILD_DIRECTORY SOURCE_DIRECTORY

A delay is only ever bounded from below: what a busy machine adds is nobody's mistake.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CLUSTERSPEC = str(pathlib.Path(sys.argv[1]).resolve() / "clusterspec")
SCENARIOS = pathlib.Path(sys.argv[2]).resolve() / "scenarios"
ROUND_TRIP_NS = 2 * 5_000_000
NOBODY = 65534

SCENARIO = """
title = "Every process serves, and the launcher ends last"
why = "a test of the link"
verifies = ["share.every-process-serves", "terminate.launcher-waits"]
link = { delay = "{delay}" }

[matrix]
delay = ["0ms", "5ms"]

[launch]
workers = 2
EXTRA

[[step]]
await = "ready"

[[step]]
open = "held"
request = "slow"
delay = "100ms"
per-process = 1
until = "handled"

[[step]]
open = "plain"
count = 20
at-once = 5

[[step]]
look = "serving"

[[step]]
signal = "INT"
to = "group"

[[step]]
await = "exited"
of = "all"

[[expect]]
served-by = "held"
processes = "all"
verifies = ["share.every-process-serves"]

[[expect]]
connections = "plain"
outcome = "answered"
verifies = ["share.every-process-serves"]

[[expect]]
port = "answered"
at = "serving"
verifies = ["share.every-process-serves"]

[[expect]]
port = "refused"
verifies = ["terminate.launcher-waits"]

[[expect]]
order = ["every worker exited", "launcher exited"]
verifies = ["terminate.launcher-waits"]
"""


HANDSHAKES = """
title = "A server ends in the middle of handshakes"
why = "a test of the link"
verifies = ["terminate.launcher-waits"]
link = { delay = "{delay}" }

[matrix]
delay = ["0ms", "100ms"]

[launch]
workers = 0

[[step]]
await = "ready"

EXTRA

[[step]]
open = "new"
count = 20
at-once = 20
until = "connected"

[[step]]
signal = "INT"

[[step]]
await = "exited"
of = "all"

[[step]]
await = "concluded"
connections = "new"

[[expect]]
connections = "new"
outcome = "answered"
"""


class LinkCases(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clusterspec-test-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        scenarios = self.path / "scenarios"
        (scenarios / "documented" / "link").mkdir(parents=True)
        shutil.copy(SCENARIOS / "requirements.toml", scenarios)
        shutil.copytree(SCENARIOS / "implementations" / "reference", scenarios / "implementations" / "reference")
        self.path.chmod(0o777)

    def cases(self, *options, extra="", scenario=SCENARIO, **settings):
        """Runs both; gives each case of the report by its delay, with the events of its journal."""
        file = self.path / "scenarios" / "documented" / "link" / "served.toml"
        file.write_text(scenario.replace("EXTRA", extra), encoding="utf-8")
        ran = subprocess.run([CLUSTERSPEC, "run", "--scenarios", "scenarios", "--keep-journals", "--report",
                              "json=out.json", *options], cwd=self.path, text=True, capture_output=True,
                             timeout=120, check=False, **settings)
        report = json.loads((self.path / "out.json").read_text(encoding="utf-8"))
        found = {}
        for case in report["cases"]:
            delay = re.search(r"delay=(\w+)", case["id"])[1]
            journals = list(self.path.glob(f"clusterspec-results/journals/*{delay}*.jsonl"))
            events = [json.loads(line) for file in journals for line in file.read_text().splitlines()]
            found[delay] = (case["verdict"], case.get("reason") or "", events)
        self.assertEqual(len(found), 2, ran.stdout + ran.stderr)
        return found, report["run"]["notes"], ran

    def over_the_link(self, *options, said=0, **settings):
        found, notes, ran = self.cases(*options, **settings)
        verdict, reason, events = found["5ms"]
        if verdict == "skip":
            self.assertIn("/dev/net/tun", reason)
            self.skipTest(reason)
        self.assertEqual((verdict, found["0ms"][0]), ("pass", "pass"), ran.stdout + ran.stderr)
        self.assertEqual(len(notes), said, notes)
        self.assertEqual(events[0]["link"], "5ms each way")
        self.assertNotIn("link", found["0ms"][2][0])
        answered = [e for e in events if e["event"] == "concluded" and e["group"] == "plain"]
        self.assertEqual(len(answered), 20)
        for event in answered:
            self.assertGreaterEqual(event["connected"] - event["begun"], ROUND_TRIP_NS)
            # From the beginning: a moment of ours is noted after the fact, so late, and may shorten what comes after it.
            self.assertGreaterEqual(event["first_byte"] - event["begun"], 2 * ROUND_TRIP_NS)
            self.assertNotEqual(event["pid"], 0, "the mark of its listener did not arrive")
        self.assertFalse([e for e in events if e["event"] == "note"], "the link lost packets of its own")

    def test_a_round_trip_takes_twice_the_delay_and_all_is_as_ever(self):
        self.over_the_link()

    def test_a_close_in_the_middle_of_handshakes_is_told_as_that(self):
        # The clients are connected half a round trip before the server knows it. Under a load nobody looks before the close.
        load = '[[step]]\nload = "other"\nat-once = 1\n\n[[step]]\nstop = "other"'
        for looked_at, extra in ((True, ""), (False, load)):
            found, _, ran = self.cases(scenario=HANDSHAKES, extra=extra)
            verdict, reason, events = found["100ms"]
            if verdict == "skip":
                self.skipTest(reason)
            self.assertEqual((verdict, found["0ms"][0]), ("fail", "pass"), ran.stdout + ran.stderr)
            outcomes = [e["outcome"] for e in events if e["event"] == "concluded" and e["group"] == "new"]
            self.assertEqual(outcomes, ["reset-handshake"] * 20, ran.stdout)
            self.assertRegex(ran.stdout, r"20 of 20: 20 reset-handshake at launcher \(pid \d+\)")
            looks = [e["handshakes"] for e in events if e["event"] == "closing-queue"]
            self.assertEqual(looks, [20] if looked_at else [])

    def test_by_polling(self):
        self.over_the_link("--observation=polling", said=1)

    def test_a_server_on_every_address(self):
        self.over_the_link(extra="defaults = true")

    def test_without_namespaces_no_delay_runs_and_a_link_is_skipped(self):
        found, _, ran = self.cases("--isolation=none")
        self.assertEqual(found["0ms"][0], "pass", ran.stdout + ran.stderr)
        self.assertEqual(found["5ms"][:2],
                         ("skip", "a link between client and server needs network namespaces of its own"))

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_an_ordinary_user_has_a_link_where_the_device_may_be_opened(self):
        found, notes, ran = self.cases(user=NOBODY, group=NOBODY, extra_groups=[])
        self.assertEqual(found["0ms"][0], "pass", ran.stdout + ran.stderr)
        verdict, reason, _ = found["5ms"]
        if verdict == "skip":
            self.assertEqual(len(notes), 1)
            self.assertIn("open /dev/net/tun: ", notes[0])
            self.assertIn("open /dev/net/tun: ", reason)
            self.assertNotIn("\n", notes[0] + reason)
        else:
            self.assertEqual((verdict, notes), ("pass", []))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
