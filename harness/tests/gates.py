#!/usr/bin/env python3
"""Gates and injected errors, each kind of them, played against the reference server.

Usage: gates.py BUILD_DIRECTORY SOURCE_DIRECTORY [TEST…]
"""
import pathlib
import sys
import unittest

from support import run_one

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])

HEAD = """
title = "A call is kept waiting, or fails"
why = "a test of gates"
verifies = ["terminate.exit-code"]
waive = ["unexpected-process", "leftovers", "crash"]
"""

END = """
[[step]]
signal = "INT"
to = "group"
[[step]]
await = "exited"
of = "all"
[[expect]]
exit = "launcher"
code = 0
"""

# A process comes to the gate while the server starts; it is let go, and all is as ever.
AT_START = HEAD + """
[[step]]
hold = "CALL"
of = "WHO"
name = "gate"
[[step]]
launch = "server"
workers = 1
[[step]]
await-held = "gate"
[[step]]
look = "held"
[[step]]
release = "gate"
[[step]]
await = "ready"
""" + END

# The same at a connection, or at the end.
LATER = HEAD + """
[launch]
workers = WORKERS
[[step]]
await = "ready"
[[step]]
hold = "CALL"
of = "launcher"
name = "gate"
TRIGGER
[[step]]
await-held = "gate"
[[step]]
release = "gate"
"""
CONNECTION = """
[[step]]
open = "some"
count = 1
until = "sent"
"""
CONCLUDED = """
[[step]]
await = "concluded"
connections = "some"
"""
INTERRUPT = """
[[step]]
signal = "TERM"
to = "launcher"
"""
ENDED = """
[[step]]
await = "exited"
of = "all"
[[expect]]
exit = "all"
code = 0
"""

# Nobody releases it.
FORGOTTEN = HEAD + """
[[step]]
hold = "listen"
of = "launcher"
name = "gate"
within = "300ms"
[[step]]
launch = "server"
workers = 1
[[step]]
await = "ready"
""" + END

# The call fails while the server starts, or at its connections.
FAILS = HEAD + """
[[step]]
inject = "CALL"
of = "WHO"
error = "ERROR"
HOW
[[step]]
launch = "server"
workers = 2
THEN
"""
FAILED_START = """
[[step]]
await = "exited"
of = "launcher"
[[expect]]
exit = "launcher"
failed = true
[[expect]]
message = "MESSAGE"
"""
SERVES = """
[[step]]
await = "ready"
[[step]]
open = "some"
count = 8
until = "concluded"
[[expect]]
connections = "some"
outcome = "answered"
""" + END
WITHOUT_WORKER = """
[[step]]
await = "started"
count = 1
[[expect]]
message = "MESSAGE"
""" + END


def run(text, *options, implementation="reference", **values):
    for key, value in values.items():
        text = text.replace(key, value)
    told, cases, events = run_one(BUILD, SOURCE, text, *options, implementation=implementation)
    return told, cases[0], events


class Gates(unittest.TestCase):
    def held_once(self, told, case, events):
        self.assertEqual(case["verdict"], "pass", told)
        self.assertEqual([e["pid"] for e in events["held"]], [e["pid"] for e in events["released"]], told)
        self.assertFalse([e for e in events["released"] if e["at_deadline"]], told)
        self.assertGreaterEqual(len(events["held"]), 1)
        return events["held"][0]["pid"]

    def test_each_call_of_a_start_is_kept_until_it_is_released(self):
        for call, who in (("bind", "launcher"), ("bind", "worker 1"), ("listen", "launcher"), ("listen", "worker 1"),
                          ("execve", "worker 1"), ("clone", "launcher"), ("write", "launcher")):
            with self.subTest(call=call, who=who):
                told, case, events = run(AT_START, CALL=call, WHO=who)
                pid = self.held_once(told, case, events)
                launcher = events["launched"][0]["pid"]
                self.assertEqual(pid == launcher, who == "launcher")
                # Before its listen nothing of it listens.
                held = next(e for e in events["listeners-seen"] if e["occasion"] == "held")
                if call in ("bind", "listen"):
                    self.assertEqual(len(held["listeners"]), 0 if who == "launcher" else 1, told)

    def test_each_call_of_connections_and_of_the_end_is_kept_until_it_is_released(self):
        for call, workers, trigger, after in (("accept", "0", CONNECTION, CONCLUDED + INTERRUPT + ENDED),
                                              ("kill", "1", INTERRUPT, ENDED), ("close", "1", INTERRUPT, ENDED),
                                              ("exit", "1", INTERRUPT, ENDED)):
            with self.subTest(call=call):
                told, case, events = run(LATER + after, CALL=call, WORKERS=workers, TRIGGER=trigger,
                                         implementation="reference-production")
                self.assertEqual(self.held_once(told, case, events), events["launched"][0]["pid"])

    def test_a_gate_that_nobody_releases_opens_at_its_deadline_and_the_journal_says_so(self):
        told, case, events = run(FORGOTTEN)
        self.assertEqual(case["verdict"], "pass", told)
        self.assertEqual([e["at_deadline"] for e in events["released"]], [True])
        released = events["released"][0]
        self.assertEqual(released["pid"], events["held"][0]["pid"])
        # Counted from the step that closes it.
        self.assertGreaterEqual(released["at"] - events["step-begun"][0]["at"], 300_000_000)

    def test_each_error_makes_its_call_fail_and_the_server_says_so(self):
        some, always = "times = 2", "always = true"
        for call, who, error, how, then, message, count in (
                ("bind", "launcher", "EADDRINUSE", "", FAILED_START, "Address already in use", 1),
                ("bind", "launcher", "EACCES", "", FAILED_START, "Permission denied", 1),
                ("clone", "launcher", "EAGAIN", "", WITHOUT_WORKER, "Resource temporarily unavailable", 1),
                ("clone", "launcher", "ENOMEM", "", WITHOUT_WORKER, "Cannot allocate memory", 1),
                ("execve", "worker 1", "ENOENT", "", WITHOUT_WORKER, "No such file or directory", 1),
                ("accept", "all", "ECONNABORTED", some, SERVES, "", 2),
                ("accept", "all", "EMFILE", some, SERVES, "", 2),
                ("write", "all", "EPIPE", always, SERVES, "", None)):
            with self.subTest(call=call, error=error):
                told, case, events = run(FAILS, THEN=then, CALL=call, WHO=who, ERROR=error, HOW=how, MESSAGE=message)
                self.assertEqual(case["verdict"], "pass", told)
                self.assertEqual({(e["call"], e["error"]) for e in events["injected"]}, {(call, error)}, told)
                if count:
                    self.assertEqual(len(events["injected"]), count, told)
                else:  # what would have been said was not
                    self.assertGreater(len(events["injected"]), 1)
                    self.assertFalse([e for e in events["output"] if e["stream"] == "stdout"], told)

    def test_without_notification_it_is_skipped_with_that_reason(self):
        for text in (AT_START, FAILS.replace("THEN", SERVES).replace("HOW", "")):
            told, case, _ = run(text, "--observation=polling", CALL="bind", WHO="launcher", ERROR="EACCES")
            self.assertEqual((case["verdict"], "notification" in case["reason"]), ("skip", True), told)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
