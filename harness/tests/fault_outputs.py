#!/usr/bin/env python3
"""What a reader is told of ten faults: the console's text, held against fault_outputs/FAULT.txt.

Usage: fault_outputs.py BUILD_DIRECTORY SOURCE_DIRECTORY [--update]

Someone who does not know the fault must be able to name it from the text: read the files with that in mind. Pids,
times, sockets, event numbers and paths are replaced, because they differ from run to run, and the last events are
left out, because processes end in no fixed order.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

BUILD, SOURCE = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
GOLDEN = SOURCE / "harness/tests/fault_outputs"
REFERENCE = SOURCE / "scenarios/implementations/reference/reference.toml"

CASES = {
    "abandons-queue": "production/terminate/queue-served[backlog=8,migrate=0]",
    "cuts-large-responses": "documented/terminate/large-response-completes",
    "exit-code-not-status": "documented/exit/failure-code-announced",
    "keeps-zombie": "documented/exit/reaped",
    "leaves-process-behind": "documented/terminate/nothing-left[workers=1]",
    "new-group": "documented/terminate/interrupt-reaches-all[workers=1]",
    "one-worker-binds-alone": "documented/share/every-process-listens[workers=2]",
    "restarts-dead-worker": "documented/exit/not-restarted",
    "says-stopped-twice": "documented/exit/clean-announced[workers=1]",
    "strips-one-too-many": "documented/launch/arguments-kept-repeated[position=spread,spelling=short]",
}


def implementation(directory, fault):
    file = directory / f"{fault}.toml"
    text = REFERENCE.read_text().replace('executable = "reference_server"', f'executable = "{BUILD}/faulty_server"')
    file.write_text(text.replace("endpoint = ", f'arguments = ["--fault", "{fault}"]\nendpoint = ', 1))
    return file


def normalised(text, directory):
    text = text.replace(str(BUILD), "BUILD").replace(str(directory), "DIR").replace(str(SOURCE), "SOURCE")
    # The block of the last events, up to the empty line behind it.
    text = re.sub(r"\n  (The last \d+ of \d+ events|All that happened)\n(?:  .*\n)+", "\n  (the last events)\n", text)
    for pattern, replacement in (
            (r"\([-+][\d.]+(?: to [-+][\d.]+)? ms\)", "(T ms)"), (r"(?<=\(T ms\) at )(.*\)) \d+, .*", "several"),
            (r"#\d+ +\+[\d.]+ ms", "#N  +T ms"), (r"\b(pid|process|worker process|child of|process group|group|session|of process) \d+", r"\1 P"),
            (r"(> worker|< worker) \d+", r"\1 P"), (r"socket \d+", "socket S"), (r"\(event \d+\)", "(event N)"), (r"\.toml:\d+", ".toml:L"), (r"with \d+ bytes", "with N bytes"), (r"\[[RSD]\]", "[S]"),
            (r"\+\d[\d.]* ms", "+T ms"), (r"\d[\d.]* (ms|s)\b", r"T \1"), (r"connection \d+ of", "connection N of"),
            # The first pids are those of a cell's threads, which differ by how it is built.
            (r"\b\d+ \[(.)\] ", r"P [\1] "), (r"process group, \d+", "process group, P"), (r"\b([3-9]|\d\d+) of worker", "P of worker"),
            (r"(launcher|worker \d+) is \d+", r"\1 is P"), (r"\(pid(\s+)\d+\)", r"(pid\1P)")):
        text = re.sub(pattern, replacement, text)
    # What became of connections that nobody judges may differ, as that of one to a worker that is killed.
    if not re.search(r"^  Actual +\d+ of \d+: ", text, re.M):
        text = re.sub(r"\n  Connections  .*(?:\n {15}.*)*", "\n  Connections  (not judged)", text)
    # Events of several processes come in no fixed order.
    return re.sub(r"(?<=  Evidence     )#N.*(?:\n {15}#N.*)*",
                  lambda found: ("\n" + 15 * " ").join(sorted(line.strip() for line in found[0].splitlines())), text)


def told(fault, case):
    with tempfile.TemporaryDirectory(prefix="clusterspec-test-") as name:
        directory = pathlib.Path(name)
        run = subprocess.run([BUILD / "clusterspec", "run", case, "--suite", "all", "-i", implementation(directory, fault), "--scenarios",
                              SOURCE / "scenarios"], cwd=directory, capture_output=True, text=True, check=False)
        if run.returncode not in (1, 3):
            return f"exit code {run.returncode}, although {fault} is broken\n{run.stdout}{run.stderr}"
        text = normalised(run.stdout, directory).replace(f"--fault {fault}", "--fault NAME")
    begin, end = text.index("FAIL "), text.index("\n\n", text.index("  Journal  "))
    return text[begin:end] + "\n"


def main():
    wrong = 0
    for fault, case in CASES.items():
        text, file = told(fault, case), GOLDEN / f"{fault}.txt"
        if "--update" in sys.argv:
            file.write_text(text)
            continue
        expected = file.read_text() if file.exists() else ""
        if text != expected:
            wrong += 1
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), text.splitlines(True), str(file), "now"))
    if wrong:
        print(f"{wrong} of {len(CASES)} texts differ; if they are better now: {' '.join(sys.argv[:3])} --update")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
