"""Each format of a report read by a program that others wrote, or by the rules of who reads it.

Every function raises AssertionError, and gives what it read.
"""
import errno
import fcntl
import html.parser
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import termios
import xml.etree.ElementTree

import jsonschema
import pyte

# All formats of --report, and the name of the file that the tests give each.
FORMATS = {"junit": "r.xml", "json": "r.json", "tap": "r.tap", "markdown": "r.md", "html": "r.html", "github": "r.github"}


def text(path):
    """Nothing in it that a terminal obeys, that turns text around, or that is no UTF-8."""
    read = pathlib.Path(path).read_bytes().decode("utf-8")
    bad = re.search("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]", read)
    assert bad is None, f"{path}: {read[max(0, bad.start() - 40):bad.end() + 40]!r}"
    return read


def junit(path, source):
    """Valid by the schema of Jenkins' xUnit plugin, as far as it is used."""
    ran = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", source / "reports/schema/junit.xsd", path],
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    root = xml.etree.ElementTree.parse(path).getroot()
    cases = root.findall(".//testcase")
    assert int(root.get("tests")) == len(cases)
    assert int(root.get("failures")) == len(root.findall(".//failure"))
    assert int(root.get("errors")) == len(root.findall(".//error"))
    return root


def json_report(path, source):
    """Valid by the published schema, in a validator that others wrote."""
    document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    rules = json.loads((source / "reports/schema/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(rules).validate(document)
    return document


def tap(path):
    """What a TAP consumer makes of it: (count, passed, failed, skipped, todo), if it finds nothing wrong with it."""
    # Debian's parser looks for its libraries where Debian's node does; another node in PATH must be told.
    environment = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}
    with open(path, "rb") as source:
        ran = subprocess.run(["tap-parser", "--json"], stdin=source, env=environment, capture_output=True, check=False)
    events = json.loads(ran.stdout)
    # What it could not place: a line that is no TAP.
    extra = [event[1] for event in events if event[0] == "extra" and event[1].strip()]
    assert not extra, extra[:3]
    [end] = [event[1] for event in events if event[0] == "complete"]
    assert not end["bailout"], end["bailout"]
    failures = [one for one in end["failures"] if "tapError" in one]
    assert not failures, failures[:3]
    return tuple(end[key] or 0 for key in ("count", "pass", "fail", "skip", "todo"))


class Elements(html.parser.HTMLParser):
    """The elements of a document, its attributes, and its text by the element it stands in."""
    VOID = {"br", "hr", "img", "input", "link", "meta"}

    def __init__(self, document):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.texts, self.path = set(), set(), [], []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.attributes |= {(tag, name) for name, _ in attributes}
        self.texts.append(([*self.path, (tag, dict(attributes))], ""))
        if tag not in self.VOID:
            self.path.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while any(open_tag == tag for open_tag, _ in self.path) and self.path.pop()[0] != tag:
            pass

    def handle_data(self, data):
        self.texts.append((list(self.path), data))


def markdown(path):
    """As GitHub renders it: our own elements, no link, no picture, nobody notified. Gives its text."""
    rendered = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink", path],
                              capture_output=True, text=True, check=True).stdout
    page = Elements(rendered)
    own = {"h2", "h3", "h4", "p", "ul", "li", "strong", "code", "pre", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.elements <= own, page.elements - own
    assert page.attributes <= {("th", "align"), ("td", "align")}, page.attributes
    for inside, words in page.texts:
        if not {tag for tag, _ in inside} & {"code", "pre"}:
            assert not re.search(r"(^|\W)@\w", words), f"notifies: {words[:80]!r}"
    return "".join(words for _, words in page.texts)


def timeline(path, source):
    """As a browser's parser sees it: its own elements, and data that is JSON. Gives what it has of the run, and the cases."""
    page = Elements(pathlib.Path(path).read_text(encoding="utf-8"))
    own = set(re.findall("<([a-z][a-z0-9]*)", (source / "reports/html/timeline.html").read_text(encoding="utf-8")))
    assert page.elements <= own, page.elements - own
    scripts = [(inside[-1][1].get("type"), words) for inside, words in page.texts if inside and inside[-1][0] == "script" and words]
    data = [json.loads(words) for kind, words in scripts if kind == "application/json"]
    assert [kind for kind, _ in scripts] == ["application/json"] * len(data) + [None]
    assert data and len(data) == 1 + len(data[0]["cases"])
    return data[0], data[1:]


def github_commands(output):
    """(name, properties, message) of what GitHub's runner takes for commands in a job's output.

    It looks for both of its spellings ("::name …::" at the start of a line, "##[name …]" anywhere in it), and for none
    between stop-commands and its token (actions/runner, ActionCommand and ActionCommandManager).
    """
    commands, token = [], None
    for line in output.splitlines():
        new = re.match(r"\s*::([^ :][^ ]*?)( .*?)?::(.*)$", line)
        old = re.search(r"##\[([^ \]]+)( [^\]]*)?\](.*)$", line)
        if not (found := new or old):
            continue
        name, properties, message = found[1], (found[2] or "").strip(), found[3]
        if token is not None:
            token = None if name == token else token
        elif name == "stop-commands":
            token = message
        else:
            commands.append((name, properties, message))
    assert token is None, "commands stay stopped"
    return commands


def annotations(output):
    """The commands in a job's output, all of them our own annotations."""
    commands = github_commands(output)
    for name, properties, message in commands:
        assert name in ("error", "warning", "notice"), (name, properties, message[:80])
        assert re.fullmatch(r"(file=[^,:]+,)?(line=\d+,)?title=[^,:]+", properties), properties
    assert commands[-1][:2] == ("notice", "title=clusterspec"), commands[-1]
    assert len(commands) <= 10
    return commands


# What the console itself says to a terminal: colours, the cursor up, erase below, no wrapping.
OWN_SEQUENCE = re.compile(rb"\x1b\[(?:[0-9;]*m|[0-9]+A|J|\?7[lh])")


def on_terminal(command, columns=200, rows=24, **options):
    """Runs it on a terminal. Gives its exit code, the bytes, and the lines that stand on the screen and above it at the end."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    try:
        process = subprocess.Popen([str(word) for word in command], stdin=slave, stdout=slave, stderr=slave, start_new_session=True, **options)
    finally:
        os.close(slave)
    written = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError as error:  # the other end is closed
            assert error.errno == errno.EIO, error
            break
        if not piece:
            break
        written += piece
    os.close(master)
    code = process.wait()
    foreign = re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", OWN_SEQUENCE.sub(b"", written))
    assert foreign is None, f"{written[max(0, foreign.start() - 60):foreign.end() + 60]!r}"
    written.decode("utf-8")
    screen = pyte.HistoryScreen(columns, rows, history=100_000, ratio=1)
    pyte.ByteStream(screen).feed(written)
    assert screen.title == "" and screen.icon_name == ""
    above = ["".join(line[x].data for x in range(columns)) for line in screen.history.top]
    lines = [line.rstrip() for line in [*above, *screen.display]]
    while lines and not lines[-1]:
        lines.pop()
    return code, written, lines
