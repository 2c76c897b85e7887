"""Abuses a server on loopback in four ways while another client makes ordinary calls, and says what that client felt,
how the server's memory grew, and how soon it was well again.

    run.py MERIT [--scale 1.0] [--turns 3] [--only resets]

MERIT is the binary. Quiet and abused times take turns, so that whatever else the machine does falls on both, and are as long:
an abuse that is over sooner is done again, for a 99th percentile of a hundred calls is one call. The abuser has
one processor to itself, the server and the other client share the rest: the figures then tell of what the server does for
one while it is abused by another, and not of who gets a processor. Bounds: the other client's 99th percentile under twice
its quiet value, memory under 64 MiB more, recovery within a second. Exits 1 if one is broken.
"""

import argparse
import multiprocessing
import os
import pathlib
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import http2

METHOD = "/merit.goals.v1.GoalsService/ListCycles"
# Below this a difference is the machine's, not the server's.
FLOOR_MS = 2.0
TURN_S = 3
MEMORY_MIB, RECOVERY_S = 64, 1.0


def processors():
    """Those of the server and of the other client, and that of the abuser; the same where there is only one."""
    every = sorted(os.sched_getaffinity(0))
    return set(every[:-1]) or {every[-1]}, {every[-1]}


REST, ALONE = processors()


def calls(port, block, where, answers):
    """The other client, in a process of its own: one call after the other, each timed, until it is told to stop."""
    os.sched_setaffinity(0, where)
    times, failed = [], 0
    connection = http2.Connection(port)
    while not answers.poll():
        began = time.perf_counter()
        if connection.ask(block) is None:
            failed += 1
            connection.close()
            connection = http2.Connection(port)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.002)
    connection.close()
    answers.send((times, failed))


class Caller:
    """The other client at work."""

    def __init__(self, port, block):
        self.answers, there = multiprocessing.Pipe()
        work = multiprocessing.get_context("fork").Process(target=calls, args=(port, block, REST, there), daemon=True)
        work.start()
        self.process = work

    def end(self):
        """Stops; gives the milliseconds of each call, and the calls that failed."""
        self.answers.send("stop")
        heard = self.answers.recv() if self.answers.poll(60) else ([60_000.0], 1)
        self.process.join(10)
        return heard


def late(times):
    """The 99th percentile."""
    return sorted(times)[int(len(times) * 0.99)]


def quietly(work):
    """Runs what a server may cut short at any time."""
    try:
        return work()
    except OSError:
        return None


def slow(port, block, scale):
    """Connections that say a little and then nothing."""
    sockets = []
    for at in range(int(1000 * scale)):
        def open_one(at=at):
            plain = socket.create_connection(("127.0.0.1", port), timeout=5)
            plain.sendall(http2.PREFACE[: at % (len(http2.PREFACE) + 1)])
            sockets.append(plain)
        quietly(open_one)
    time.sleep(2)
    for plain in sockets:
        plain.close()
    return f"{len(sockets)} connections"


def resets(port, block, scale):
    """Calls that are taken back as soon as they are made: of every second connection, with the message that makes them whole."""
    sent, connections, wanted = 0, 0, int(100_000 * scale)
    while sent < wanted and connections < 10_000:
        connections += 1
        def burst():
            nonlocal sent
            connection = http2.Connection(port, patience=5)
            whole = connections % 2 == 0
            for _ in range(10):
                batch = b""
                for _ in range(100):
                    stream = connection.stream()
                    batch += http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block)
                    if whole:
                        batch += http2.frame(http2.DATA, http2.END_STREAM, stream, http2.message())
                    batch += http2.frame(http2.RST, 0, stream, struct.pack(">I", 8))
                sent += 100
                connection.send(batch)
            connection.close()
        quietly(burst)
    return f"{sent} resets over {connections} connections"


def large(port, block, scale):
    """Messages one byte beyond four mebibytes."""
    refused, wanted = 0, int(1000 * scale)
    payload = b"x" * (4 * 1024 * 1024 + 1)
    data = http2.message(payload)
    for _ in range(wanted):
        def one():
            connection = http2.Connection(port, patience=5)
            stream = connection.stream()
            connection.send(http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block))
            # As far as a stream's first window goes; the server may have said no by then.
            for at in range(0, 65535 - http2.LONGEST, http2.LONGEST):
                connection.send(http2.frame(http2.DATA, 0, stream, data[at: at + http2.LONGEST]))
            told = any(of == stream and kind in (http2.HEADERS, http2.RST) for kind, _, of, _ in connection.frames())
            connection.close()
            return told
        refused += bool(quietly(one))
    return f"{refused} of {wanted} refused"


def streams(port, block, scale):
    """Calls that are opened and never finished, on forty connections."""
    connections, opened = [], 0
    for _ in range(40):
        def fill():
            nonlocal opened
            connection = http2.Connection(port, patience=5)
            connections.append(connection)
            for _ in range(int(250 * scale)):
                connection.send(http2.frame(http2.HEADERS, http2.END_HEADERS, connection.stream(), block))
                opened += 1
        quietly(fill)
    time.sleep(2)
    for connection in connections:
        connection.close()
    return f"{opened} streams"


ABUSES = {abuse.__name__: abuse for abuse in [slow, resets, large, streams]}


def memory(process):
    """Resident memory in MiB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def recovery(port, block):
    """Seconds until a new client is answered."""
    began = time.perf_counter()
    while time.perf_counter() - began < 60:
        def one():
            connection = http2.Connection(port, patience=5)
            answer = connection.ask(block)
            connection.close()
            return answer
        if quietly(one) is not None:
            return time.perf_counter() - began
    return 60.0


def turn(port, block, abuse):
    """What the other client felt while something else happened, for a turn at least: milliseconds, failed calls; and what
    happened each time, how often, and in how many seconds."""
    caller = Caller(port, block)
    began, often = time.perf_counter(), 0
    while (took := time.perf_counter() - began) < TURN_S:
        done, often = abuse(), often + 1
    return *caller.end(), done, often, took


def measure(process, port, block, mallory, options):
    """All four, one after the other, each in turns with quiet; gives what was broken."""
    turn(port, block, lambda: time.sleep(1))
    before, broken = memory(process), []
    print(f"{before:.0f} MiB before; times of the other client in ms, quiet and abused in {options.turns} turns")
    for name, abuse in ABUSES.items():
        if name not in (options.only or ABUSES):
            continue
        quiet, abused, failed, again, grown = [], [], 0, 0.0, 0.0
        for _ in range(options.turns):
            times, lost, *_ = turn(port, block, lambda: time.sleep(TURN_S))
            quiet, failed = quiet + times, failed + lost
            times, lost, done, often, took = turn(port, block, lambda: abuse(port, mallory, options.scale))
            abused, failed = abused + times, failed + lost
            again, grown = max(again, recovery(port, block)), max(grown, memory(process) - before)
        print(f"{name}: {done}, {often} times in {took:.1f} s; "
              f"{len(abused)} calls: median {statistics.median(quiet):.2f} to {statistics.median(abused):.2f}, "
              f"p99 {late(quiet):.2f} to {late(abused):.2f} ({late(abused) / late(quiet):.1f} times), "
              f"{failed} failed; memory {grown:+.0f} MiB; well after {again:.2f} s", flush=True)
        bounds = [(late(abused) <= max(2 * late(quiet), FLOOR_MS), "p99"), (grown < MEMORY_MIB, "memory"),
                  (again < RECOVERY_S, "recovery"), (failed == 0, "failed calls"), (process.poll() is None, "life")]
        broken += [f"{name}: {what}" for held, what in bounds if not held]
    return broken


def main():
    """Starts a server, abuses it, and stops it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("merit", type=pathlib.Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=ABUSES)
    options = parser.parse_args()
    merit = str(options.merit.resolve())
    with tempfile.TemporaryDirectory() as folder:
        data = ["--data", f"{folder}/data"]
        subprocess.run([merit, "cycle", "open", "2026-Q3", *data], check=True, stdout=subprocess.DEVNULL)
        def block(person, role):
            words = [merit, "token", "--as", person, "--role", role, *data]
            token = subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
            return http2.call(METHOD, token)

        # Both are known: whoever shows no good token is turned away before anything is done.
        good, mallory = block("operator", "operator"), block("mallory", "member")
        # A process has the processors of the one that starts it.
        os.sched_setaffinity(0, REST)
        process = subprocess.Popen([merit, "serve", "--listen", "127.0.0.1:0", *data], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        os.sched_setaffinity(0, ALONE)
        try:
            port = int(re.search(r" on [^:]+:(\d+)", process.stdout.readline())[1])
            broken = measure(process, port, good, mallory, options)
        finally:
            process.terminate()
            process.wait(60)
    print("bounds: " + ("all held" if not broken else "broken: " + ", ".join(broken)))
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
