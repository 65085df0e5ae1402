#!/usr/bin/env python3
"""What is published under reports/published, held against itself and against the servers that are installed here.

Usage: check_published.py BUILD_DIRECTORY SOURCE_DIRECTORY
A part of the matrix is made again for some of the servers, and its verdicts compared. Exit codes: 0 as published; 1 not; 77 none of
these servers is installed in the published version.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

BUILD, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
PUBLISHED = SOURCE / "reports/published"
# Quick ones, each of another make; and what no other scenario can be charged with.
IMPLEMENTATIONS = ["nginx", "haproxy", "apache-prefork", "caddy", "gunicorn", "uwsgi", "node-cluster"]
REQUIREMENTS = ["exit.launcher-death", "terminate.silent-connection", "terminate.in-flight-completes", "exit.others-unaffected"]
SKIPPED = 77

mistakes = []


def say(text):
    mistakes.append(text)
    print("check_published: " + text, file=sys.stderr)


def cells_of(matrix, name):
    column = next((one for one in matrix["implementations"] if one["implementation"] == name), None)
    return column, (column or {}).get("cells", {})


def check_files(matrix):
    page = (PUBLISHED / "matrix.html").read_text()
    for href in re.findall(r'href="([^"]+)"', page):
        if not (PUBLISHED / urllib.parse.unquote(href)).exists():
            say(f"matrix.html links {href}, which is not there")
    for column in matrix["implementations"]:
        for requirement, cell in column["cells"].items():
            for kind in ("journal", "capsule"):
                if kind in cell and not (PUBLISHED / cell[kind]).exists():
                    say(f"matrix.json names {cell[kind]} for {column['implementation']}, {requirement}: it is not there")
    table = (PUBLISHED / "matrix.md").read_text()
    names = [column["implementation"] for column in matrix["implementations"]]
    for row in re.findall(r"^\| ([a-z]+\.[a-z0-9-]+|[a-z0-9.&#;-]+) \|(.*)\|$", table, re.M):
        shown = [word.strip() for word in row[1].split("|")]
        if len(shown) != len(names):
            continue
        for name, word in zip(names, shown):
            cell = cells_of(matrix, name)[1].get(row[0])
            wanted = "untested" if cell is None else cell["verdict"] + (" (known)" if cell["known"] else "")
            if word != wanted:
                say(f"matrix.md has \"{word}\" for {name}, {row[0]}; matrix.json has \"{wanted}\"")
    for file in PUBLISHED.rglob("*"):
        if file.is_file() and re.search(rb"/(home|root|work)/", file.read_bytes()):
            say(f"{file.relative_to(SOURCE)} names a folder of the machine that it was made on")


def made_again(implementations, folder):
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ}
    environment["LANG"] = "C.UTF-8"
    command = [str(BUILD / "clusterspec"), "matrix", "--results", folder, *REQUIREMENTS]
    for name in implementations:
        command += ["-i", name]
    ran = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, text=True, capture_output=True, check=False)
    file = pathlib.Path(folder, "matrix.json")
    if not file.exists():
        say("no matrix was made: " + (ran.stdout + ran.stderr)[-2000:])
        return None
    return json.loads(file.read_text())


def main():
    published = json.loads((PUBLISHED / "matrix.json").read_text())
    check_files(published)
    with tempfile.TemporaryDirectory(prefix="clusterspec-test-") as folder:
        again = made_again(IMPLEMENTATIONS, folder)
    compared = 0
    for name in IMPLEMENTATIONS if again else []:
        was, cells = cells_of(published, name)
        now, new_cells = cells_of(again, name)
        if was is None:
            say(f"{name} is not published")
            continue
        if now["absent"] or now["version"] != was["version"]:
            print(f"check_published: {name}: published is \"{was['version']}\", here is \"{now['absent'] or now['version']}\": not compared")
            continue
        compared += 1
        for requirement in REQUIREMENTS:
            told = [(one.get(requirement, {}).get("verdict"), one.get(requirement, {}).get("known")) for one in (cells, new_cells)]
            if told[0] != told[1]:
                say(f"{name}, {requirement}: published {told[0]}, now {told[1]}: {new_cells.get(requirement, {}).get('fact', '')}")
    print(f"check_published: {compared} of {len(IMPLEMENTATIONS)} servers compared, {len(mistakes)} mistakes")
    return 1 if mistakes else 0 if compared else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
