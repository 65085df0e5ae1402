#!/usr/bin/env python3
"""Every expectation of every scenario can fail. Usage: recorded_mutations.py BUILD_DIRECTORY SOURCE_DIRECTORY

Plays each scenario once against the reference server, and has the program recorded_mutations (tests/mutations) try all
journals that are one event away from those that were recorded.
"""
import pathlib
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1]).resolve()
SCENARIOS = pathlib.Path(sys.argv[2]).resolve() / "scenarios"
SUBJECTS = {"documented": "reference", "production": "reference-production"}


def recorded(suite, results):
    """The journals of one passing case of each scenario."""
    done = subprocess.run([BUILD / "clusterspec", "run", "--suite", suite, "-i", SUBJECTS[suite], "--combinations", "one",
                           "--scenarios", SCENARIOS, "--keep-journals", "--results", results],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode}: the reference server must pass\n{done.stdout}{done.stderr}")
    journals = sorted((results / "journals").iterdir())
    names = {journal.name.split("@")[0].split("[")[0] for journal in journals}
    for file in sorted((SCENARIOS / suite).rglob("*.toml")):
        name = str(file.relative_to(SCENARIOS).with_suffix("")).replace("/", ".")
        if name not in names:
            sys.exit(f"{file}: this scenario was not played; was it skipped?\n{done.stdout}")
    return journals


def main():
    with tempfile.TemporaryDirectory() as directory:
        journals = [journal for suite in SUBJECTS for journal in recorded(suite, pathlib.Path(directory) / suite)]
        return subprocess.run([BUILD / "recorded_mutations", *journals], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
