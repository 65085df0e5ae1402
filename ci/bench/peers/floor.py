#!/usr/bin/env python3
"""Start, eight requests, graceful end, for ci/bench/floor: SERVER PORT ROUNDS. Prints the ms of each round."""
import http.client
import os
import signal
import subprocess
import sys
import time


def listeners(port):
    with open("/proc/net/tcp", encoding="ascii") as table:
        return sum(f":{port:04X} 00000000:0000 0A" in line for line in table)


def play(server, port):
    began = time.monotonic()
    process = subprocess.Popen([server, "-w", "2", "-p", str(port), "--bind=127.0.0.1"], start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while listeners(port) != 3:
        assert process.poll() is None, "the server ended before it listened"
    for _ in range(8):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/", headers={"Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        connection.close()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() == 0
    return (time.monotonic() - began) * 1e3


for _ in range(int(sys.argv[3])):
    print(play(sys.argv[1], int(sys.argv[2])))
