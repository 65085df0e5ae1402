#!/usr/bin/python3
"""A cluster of forked processes that share one port by SO_REUSEPORT. Dead workers are replaced; at SIGTERM or SIGINT the
launcher passes SIGTERM on to its workers and waits for them."""
import argparse
import http.server
import os
import signal
import socket
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit


AWAITED = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        asked = {k: int(v[0]) for k, v in parse_qs(url.query).items()}
        if url.path == "/slow":
            time.sleep(asked["ms"] / 1000)
        left = asked["bytes"] if url.path == "/body" else 3
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        while left > 0:
            piece = min(left, 16384)
            self.wfile.write(b"x" * piece)
            left -= piece
            if left and asked.get("delay_ms"):
                time.sleep(asked["delay_ms"] / 1000)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False  # their end is waited for
    request_queue_size = 128

    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


def work(options):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everybody: the launcher says what is to be done
    server = Server((options.bind, options.port), Page)

    # Not by a handler: that could run while the same thread starts one for a request, holds the lock of that, and would have to
    # take it again.
    def end():
        signal.sigwait({signal.SIGTERM})
        server.shutdown()

    threading.Thread(target=end, daemon=True).start()
    server.serve_forever(0.05)
    server.server_close()


def launch(options):
    running = set()
    ending = False

    def start():
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work(options)
                code = 0
            finally:
                sys.stdout.flush()
                os._exit(code)
        running.add(pid)
        print(f" > worker {pid} started", flush=True)

    # A handler runs between two steps of the program: a signal just before a call that waits would be noticed after it. So
    # signals wait until they are asked for, also by workers.
    signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    for _ in range(options.workers):
        start()
    while running:
        if signal.sigwait(AWAITED) != signal.SIGCHLD:
            if not ending:
                ending = True
                for pid in running:
                    os.kill(pid, signal.SIGTERM)
            continue
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            running.discard(pid)
            if status == 0:
                print(f" < worker {pid} stopped", flush=True)
            else:
                print(f" ! worker process {pid} failed with {status}", flush=True)
            if not ending:
                start()


parser = argparse.ArgumentParser()
parser.add_argument("-w", "--workers", type=int, default=1)
parser.add_argument("-p", "--port", type=int, default=3000)
parser.add_argument("-b", "--bind", default="0.0.0.0")
parser.add_argument("--version", action="version", version=f"Python {sys.version.split()[0]}")
launch(parser.parse_args())
