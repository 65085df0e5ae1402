"""check_tap.py TAP_PARSER TAP JSON: a TAP parser that others wrote finds the verdicts that the JSON report has."""
import collections
import json
import os
import subprocess
import sys

parser, tap, report = sys.argv[1:]
# Debian's parser looks for its libraries where Debian's node does; another node in PATH must be told.
environment = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}
with open(tap, "rb") as source:
    ran = subprocess.run([parser, "--json"], stdin=source, env=environment, capture_output=True, check=False)
events = json.loads(ran.stdout)
[final] = [event[1] for event in events if event[0] == "complete"]
with open(report, encoding="utf-8") as source:
    verdicts = collections.Counter(case["verdict"] for case in json.load(source)["cases"])
wanted = {"count": verdicts.total(), "fail": verdicts["fail"] + verdicts["error"], "skip": verdicts["skip"],
          "pass": verdicts["pass"] + verdicts["skip"]}
found = {key: final[key] or 0 for key in wanted}
assert found == wanted, f"the parser found {found}, the JSON report says {wanted}"
assert final["plan"]["start"] == 1 and final["plan"]["end"] == verdicts.total(), final["plan"]
