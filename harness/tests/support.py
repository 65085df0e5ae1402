"""What the tests of the built programs share: finding what a run left behind."""
import collections
import json
import os
import pathlib
import select
import subprocess
import tempfile

DEADLINE_MS = 20_000


def descendants_of_ours(marker):
    """Processes whose environment carries the marker: whatever a run started, wherever it was re-parented."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            environment = pathlib.Path("/proc", entry, "environ").read_bytes()
        except OSError:
            continue
        if marker in environment:
            found.append(int(entry))
    return found


def ended(pid):
    """True once the process has ended, waiting for it as an event."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        return bool(poll.poll(DEADLINE_MS))
    finally:
        os.close(pidfd)


def run_one(build, source, scenario, *options, fault=None, implementation="reference"):
    """Runs a scenario's cases, given its text, against the reference server, or the faulty one.

    Gives what the console says, the cases of the report, and the events of the first case's journal by their names."""
    with tempfile.TemporaryDirectory(prefix="clusterspec-test-") as name:
        directory = pathlib.Path(name)
        scenarios = directory / "scenarios"
        (scenarios / "documented").mkdir(parents=True)
        (scenarios / "requirements.toml").write_text((source / "scenarios/requirements.toml").read_text())
        (scenarios / "documented/one.toml").write_text(scenario)
        text = (source / f"scenarios/implementations/{implementation}/{implementation}.toml").read_text()
        program = "faulty_server" if fault else "reference_server"
        text = text.replace('executable = "reference_server"', f'executable = "{build}/{program}"')
        if fault:
            text = text.replace("endpoint = ", f'arguments = ["--fault", "{fault}"]\nendpoint = ', 1)
        (directory / "server.toml").write_text(text)
        done = subprocess.run([build / "clusterspec", "run", "--scenarios", scenarios, "-i", directory / "server.toml",
                               "--results", directory / "results", "--keep-journals",
                               "--report", f"json={directory}/report.json", *options],
                              capture_output=True, text=True, timeout=200, check=False)
        told = done.stdout + done.stderr
        if not (directory / "report.json").exists():
            raise AssertionError(told)
        cases = json.loads((directory / "report.json").read_text())["cases"]
        events = collections.defaultdict(list)
        if cases[0]["journal"]:
            for line in pathlib.Path(cases[0]["journal"]).read_text().splitlines():
                event = json.loads(line)
                events[event["event"]].append(event)
        return told, cases, events
