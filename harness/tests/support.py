"""What the tests of the built programs share: finding what a run left behind."""
import os
import pathlib
import select

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
