#!/usr/bin/env python3
"""The published schemas, read by a validator that others wrote. Usage: check_schemas.py SCENARIOS CLUSTERSPEC

Each TOML file names its schema in its first line, as editors look for it, and is valid by it. What `clusterspec check`
refuses for a wrong key, type or word, the schema refuses too.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

import jsonschema

SCENARIOS = pathlib.Path(sys.argv[1]).resolve()
CLUSTERSPEC = sys.argv[2]
LINE = "#:schema "

GOOD = """title = "t"
why = "w"
verifies = ["launch.announced"]
[matrix]
n = [1, 2]
[launch]
workers = "{n}"
[[step]]
await = "ready"
[[step]]
signal = "INT"
times = "{n + 1}"
[[expect]]
duration = "1s"
from = "signalled"
to = "launcher exited"
"""
# What to replace in GOOD, and by what.
MISTAKES = [
    ('title = "t"\n', ""),
    ('title = "t"', "title = 3"),
    ('why = "w"', 'why = "w"\nwhat = "x"'),
    ("launch.announced", "launch.anounced"),
    ("[1, 2]", '"{1..2}"'),
    ('workers = "{n}"', 'workers = "{n}"\nworkesr = 1'),
    ('workers = "{n}"', 'workers = "{n}"\nposition = "middel"'),
    ('await = "ready"', 'await = "readdy"'),
    ('await = "ready"', 'await = "ready"\nopen = "x"'),
    ('await = "ready"', 'await = "ready"\nwithin = 3'),
    ('await = "ready"', 'await = "ready"\nwithin = "3 parsecs"'),
    ('await = "ready"', 'await = "exited"\nof = "wrokers"'),
    ('signal = "INT"', 'signal = "INTR"'),
    ('signal = "INT"', 'signal = "INT"\nto = "nobody"'),
    ('"{n + 1}"', '"many"'),
    ("duration =", "duraton ="),
    ("launcher exited", "launcher exploded"),
    ("[[expect]]", "[expect]"),
]


def schema_of(file):
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(LINE), f"{file}: the first line must be {LINE}PATH"
    return (file.parent / first.removeprefix(LINE)).resolve()


def validator(path):
    rules = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(rules)
    return jsonschema.Draft7Validator(rules)


class Schemas(unittest.TestCase):
    def test_every_file_is_valid_by_the_schema_it_names(self):
        files = sorted(SCENARIOS.rglob("*.toml"))
        self.assertGreater(len(files), 50)
        for file in files:
            with self.subTest(file=file.name):
                schema = schema_of(file)
                self.assertEqual(schema.parent, SCENARIOS / "schema")
                validator(schema).validate(tomllib.loads(file.read_text(encoding="utf-8")))

    def test_the_schemas_are_what_the_program_prints(self):
        for kind in ("scenario", "implementation", "requirements", "baseline", "settings"):
            path = SCENARIOS / "schema" / f"{kind}.schema.json"
            printed = subprocess.run([CLUSTERSPEC, "schema", kind, "--scenarios", SCENARIOS],
                                     capture_output=True, text=True, check=True).stdout
            self.assertEqual(printed, path.read_text(encoding="utf-8"),
                             f"write it anew: clusterspec schema {kind} > scenarios/schema/{kind}.schema.json")

    def test_what_the_example_project_keeps_is_valid(self):
        example = SCENARIOS.parent / "ci/example"
        for kind, file in (("settings", "clusterspec.toml"), ("baseline", "clusterspec-baseline.toml"), ("implementation", "small_server.toml")):
            with self.subTest(file=file):
                rules = validator(SCENARIOS / f"schema/{kind}.schema.json")
                text = (example / file).read_text(encoding="utf-8")
                rules.validate(tomllib.loads(text))
                self.assertTrue(list(rules.iter_errors(tomllib.loads("mistake = 1\n" + text))))

    def test_schema_and_program_refuse_the_same_mistakes(self):
        rules = validator(SCENARIOS / "schema/scenario.schema.json")
        rules.validate(tomllib.loads(GOOD))
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "s.toml")
            check = [CLUSTERSPEC, "check", file, "--scenarios", SCENARIOS]
            file.write_text(GOOD)
            self.assertEqual(subprocess.run(check, capture_output=True, check=False).returncode, 0)
            for right, wrong in MISTAKES:
                text = GOOD.replace(right, wrong, 1)
                with self.subTest(wrong=wrong):
                    self.assertNotEqual(text, GOOD)
                    self.assertTrue(list(rules.iter_errors(tomllib.loads(text))), "the schema takes it")
                    file.write_text(text)
                    self.assertEqual(subprocess.run(check, capture_output=True, check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
