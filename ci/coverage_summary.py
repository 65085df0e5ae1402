"""Reads what `llvm-cov export --summary-only` writes and prints the covered lines of each file that has uncovered ones,
of each room, and of the harness and the reference server. Usage: coverage_summary.py ROOT LEAST_PERCENT"""
import collections
import json
import pathlib
import sys

root, least = pathlib.Path(sys.argv[1]), float(sys.argv[2])
files, rooms, parts = {}, collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [0, 0])
for entry in json.load(sys.stdin)["data"][0]["files"]:
    try:
        path = pathlib.Path(entry["filename"]).resolve().relative_to(root)
    except ValueError:
        continue
    part = path.parts[0]
    # The report writers are a room of the harness. Tests are not what is tested.
    if part == "reports":
        part = "harness"
    if part not in ("harness", "reference_server") or "tests" in path.parts:
        continue
    counted, covered = entry["summary"]["lines"]["count"], entry["summary"]["lines"]["covered"]
    room = "/".join(path.parts[:-1])
    files[str(path)] = (counted, covered)
    for total in (rooms[room], parts[part]):
        total[0] += counted
        total[1] += covered


def percent(counted, covered):
    return 100.0 * covered / counted if counted else 100.0


def line(name, counted, covered):
    print(f"{percent(counted, covered):6.1f} %  {covered:>5} of {counted:<5}  {name}")


print("Files with the most lines that never ran")
for name, (counted, covered) in sorted(files.items(), key=lambda f: f[1][1] - f[1][0])[:25]:
    if covered < counted:
        line(name, counted, covered)
print("Rooms")
for name, (counted, covered) in sorted(rooms.items()):
    line(name, counted, covered)
print("Together")
failed = set(parts) != {"harness", "reference_server"}
for name, (counted, covered) in sorted(parts.items()):
    line(name, counted, covered)
    failed = failed or percent(counted, covered) < least
if failed:
    print(f"ci/coverage: less than {least:.0f} %", file=sys.stderr)
sys.exit(failed)
