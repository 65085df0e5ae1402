"""check_schema.py SCHEMA DOCUMENT: valid, by a validator that others wrote."""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as schema, open(sys.argv[2], encoding="utf-8") as document:
    rules = json.load(schema)
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(json.load(document))
