"""What the measurements share: programs, numbers with their spread, goals, the machine, servers and their processors.

Each script runs the peer and ours in turn, again and again in one run, each taking each place in the turn, and gives
medians with their spread. A goal is held against a ratio or a number and told; only what cannot be run fails.
"""
import argparse
import json
import math
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Failed(Exception):
    """Something that cannot be run."""


def run(command, expected=(0,), **more):
    """A command that has to end with one of these exit codes: its output, the seconds it took, and what it used."""
    command = [str(part) for part in command]
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **more) as process:
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode not in expected:
        raise Failed(f"exit code {process.returncode}: {shlex.join(command)}\n{output[-4000:]}")
    return output, seconds, used


def on(processors, command):
    """The command, kept on these processors ("0", "0,1") by taskset(1)."""
    return ["taskset", "-c", processors, *command] if processors else list(command)


def in_turn(kinds, repeats, warm=True):
    """Calls each of the functions so often, in turns in which each takes each place: their results by name."""
    names = list(kinds)
    results = {name: [] for name in names}
    if warm:
        for name in names:
            kinds[name]()  # programs come into the page cache
    for repeat in range(repeats):
        for place in range(len(names)):
            name = names[(repeat + place) % len(names)]
            results[name].append(kinds[name]())
        if sys.stderr.isatty():
            print(f"\r{repeat + 1} of {repeats} ", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r            \r", end="", file=sys.stderr)
    return results


def spread(values):
    values = list(values)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return {"count": len(values), "min": min(values), "quartile1": low, "median": middle, "quartile3": high, "max": max(values)}


def text_of(numbers, digits=1):
    """The median, with the least and the most."""
    return f"{numbers['median']:,.{digits}f} ({numbers['min']:,.{digits}f} to {numbers['max']:,.{digits}f})"


def goal(what, reached, bound, at_most=True, unit=""):
    """What was to be reached, and what was."""
    good = reached <= bound if at_most else reached >= bound
    return {"what": what, "goal": bound, "at_most": at_most, "reached": reached, "good": good, "unit": unit}


def goal_text(one):
    unit = f" {one['unit']}" if one["unit"] else ""
    return (f"{one['what']}: goal {'at most' if one['at_most'] else 'at least'} {one['goal']:g}{unit}, "
            f"{'reached' if one['good'] else 'not reached'}: {one['reached']:.4g}{unit}")


def exponent(sizes, costs):
    """b of cost = a * size^b, by least squares of the logarithms."""
    x, y = [math.log(size) for size in sizes], [math.log(max(cost, 1e-9)) for cost in costs]
    mean_x, mean_y = statistics.fmean(x), statistics.fmean(y)
    return (sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / sum((a - mean_x) ** 2 for a in x))


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def machine():
    model = ""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    system = ""
    for line in pathlib.Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            system = line.split("=", 1)[1].strip('"')
    return {"processor": model or platform.machine(), "processors": len(os.sched_getaffinity(0)), "system": system,
            "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
            # Real-time as under chrt(1) keeps other work away from all alike; the numbers have to say so.
            "scheduling": "ordinary" if os.sched_getscheduler(0) == os.SCHED_OTHER else "not ordinary, e.g. by chrt",
            "load": round(os.getloadavg()[0], 2)}


def machine_text(about):
    return (f"machine   {about['processor']}, {about['processors']} processors, load before {about['load']}, "
            f"scheduling {about['scheduling']}\nkernel    {about['kernel']}, {about['system']}")


def version(*command):
    """The first line that a program says of its version; what says nothing is not there."""
    try:
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip().split(" libcurl")[0].split(" Copyright")[0] if lines else "?"


def table(head, rows):
    """Columns as wide as they must be; all but the first to the right."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    return "\n".join("  " + "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in cells)


class Script:
    """A measurement: its arguments, the build, and what it prints and writes at the end."""

    def __init__(self, name, description, targets=("clusterspec", "reference_server")):
        self.name, self.targets = name, targets
        self.parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        self.parser.add_argument("--build", metavar="DIR", default=os.environ.get("BUILD", ROOT / "build" / "release"),
                                 help="build directory (or BUILD in the environment); default build/release")
        self.parser.add_argument("--no-build", action="store_true", help="take the programs as they are")
        self.parser.add_argument("--json", metavar="FILE", help="write the numbers there too")

    def main(self, measure):
        """`measure(arguments, build)` gives {"text": TABLE, "goals": [goal(…)], "versions": {…}, …}."""
        arguments = self.parser.parse_args()
        build = pathlib.Path(arguments.build).resolve()
        before = machine()
        try:
            if not arguments.no_build:
                if build == ROOT / "build" / "release" and not (build / "build.ninja").exists():
                    run(["cmake", "--preset", "release"], cwd=ROOT)
                run(["cmake", "--build", build, "--target", *self.targets], cwd=ROOT)
            result = measure(arguments, build)
        except (Failed, OSError) as problem:
            print(f"ci/bench/{self.name}: {problem}", file=sys.stderr)
            sys.exit(1)
        result = {"name": self.name, "machine": before, "command": shlex.join(sys.argv).replace(f"{ROOT}/", ""), **result}
        print(result["text"])
        for one in result["goals"]:
            print(goal_text(one))
        print(f"\n{machine_text(before)}\nversions  {'; '.join(result['versions'].values())}\ncommand   {result['command']}")
        if arguments.json:
            pathlib.Path(arguments.json).write_text(json.dumps(result, indent=2) + "\n")


def versions_of(build, *names):
    return {name: version(build / name, "--version") for name in names}
