#!/usr/bin/env python3
"""The suite where the machine refuses what the harness would like to use. Usage: refused.py BUILD_DIRECTORY

What is not possible is said in one line, the cases that need it are skipped with that reason, everything else passes.
The refusals are those of a seccomp filter, as in a container without privileges.
"""
import ctypes
import errno
import json
import os
import pathlib
import platform
import struct
import subprocess
import sys
import tempfile
import unittest

CLUSTERSPEC = str(pathlib.Path(sys.argv[1]).resolve() / "clusterspec")
NOBODY = 65534

# Numbers of calls: <asm/unistd.h>. Those from clone3 on are the same everywhere.
NUMBERS = {"x86_64": {"clone": 56, "ptrace": 101, "mount": 165, "unshare": 272, "setns": 308,
                      "process_vm_readv": 310, "seccomp": 317},
           "aarch64": {"clone": 220, "ptrace": 117, "mount": 40, "unshare": 97, "setns": 268,
                       "process_vm_readv": 270, "seccomp": 277}}[platform.machine()]
NUMBERS.update(clone3=435, pidfd_getfd=438)
CLONE_NEW = 0x7E020000  # every CLONE_NEW… flag of clone(2)

LOAD_NUMBER, LOAD_FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data
BPF_LOAD, BPF_JUMP_EQUAL, BPF_JUMP_SET, BPF_RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2


def refuse(calls):
    """Makes the kernel refuse these calls to the calling process and all that it starts: {name: errno}."""
    code = [(BPF_LOAD, 0, 0, LOAD_NUMBER)]
    for name, number in calls.items():
        if name == "clone":  # only with namespaces
            code += [(BPF_JUMP_EQUAL, 0, 3, NUMBERS[name]), (BPF_LOAD, 0, 0, LOAD_FIRST_ARGUMENT),
                     (BPF_JUMP_SET, 0, 1, CLONE_NEW), (BPF_RETURN, 0, 0, ERRNO | number),
                     (BPF_LOAD, 0, 0, LOAD_NUMBER)]
        else:
            code += [(BPF_JUMP_EQUAL, 0, 1, NUMBERS[name]), (BPF_RETURN, 0, 0, ERRNO | number)]
    code.append((BPF_RETURN, 0, 0, ALLOW))
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, header, 0, 0) != 0):
        raise OSError(ctypes.get_errno(), "prctl")


NAMESPACES = {"clone": errno.EPERM, "clone3": errno.ENOSYS, "unshare": errno.EPERM, "setns": errno.EPERM,
              "mount": errno.EPERM}
TRACING = {"ptrace": errno.EPERM, "process_vm_readv": errno.EPERM, "pidfd_getfd": errno.EPERM}
FILTERS = {"seccomp": errno.EPERM}


class Refused(unittest.TestCase):
    def suite(self, prepare):
        """Runs it, as an ordinary user; gives (verdict, reason) of each case and the notes."""
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            ran = subprocess.run([CLUSTERSPEC, "run", "--report", "json=out.json"], cwd=folder, text=True,
                                 capture_output=True, timeout=240, check=False, preexec_fn=prepare)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            report = json.loads(pathlib.Path(folder, "out.json").read_text(encoding="utf-8"))
            self.assertEqual([p.name for p in pathlib.Path(folder).rglob("*.jsonl")], [])
        cases = [(case["verdict"], case.get("reason") or "") for case in report["cases"]]
        self.assertGreater(len(cases), 100)
        for verdict, reason in cases:
            self.assertIn(verdict, ("pass", "skip"))
            self.assertTrue(verdict == "pass" or reason)
        return cases, report["run"]["notes"], ran.stdout

    def check_said(self, notes, printed, *parts):
        """Each part in a note of its own, a line each, which the console has too."""
        self.assertEqual(len(notes), len(parts), notes)
        for part, note in zip(parts, notes):
            self.assertIn(part, note)
            self.assertNotIn("\n", note)
            self.assertIn(part, printed.replace("\n", " "))

    def test_nothing_refused(self):
        cases, notes, _ = self.suite(None)
        self.assertEqual(notes, [])
        self.assertEqual({verdict for verdict, _ in cases}, {"pass"})

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_ordinary_user(self):
        def become_nobody():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

        cases, notes, _ = self.suite(become_nobody)
        self.assertEqual(notes, [])
        self.assertEqual({verdict for verdict, _ in cases}, {"pass"})

    def test_namespaces_refused(self):
        cases, notes, printed = self.suite(lambda: refuse(NAMESPACES))
        self.check_said(notes, printed, "no namespaces of its own (clone: Operation not permitted)")
        self.assertEqual({verdict for verdict, _ in cases}, {"pass", "skip"})

    def test_tracing_refused(self):
        cases, notes, printed = self.suite(lambda: refuse(TRACING))
        self.check_said(notes, printed, "observation by polling", "copying a server's descriptors")
        self.assertEqual({verdict for verdict, _ in cases}, {"pass", "skip"})

    def test_everything_refused(self):
        cases, notes, printed = self.suite(lambda: refuse({**NAMESPACES, **TRACING, **FILTERS}))
        self.check_said(notes, printed, "no namespaces of its own", "observation by polling",
                        "copying a server's descriptors")
        self.assertEqual({verdict for verdict, _ in cases}, {"pass", "skip"})
        passed = sum(verdict == "pass" for verdict, _ in cases)
        self.assertGreater(passed, len(cases) * 0.75)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
