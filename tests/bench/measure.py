"""Runs one command and prints a row: its name, wall-clock seconds, peak memory in MiB.

    measure.py NAME OUT COMMAND…

What the command prints goes to the file OUT; its errors and progress stay on the screen. Exit code 4 of merit, waiting
for approval, counts as done.
"""

import os
import sys
import time

DONE = (0, 4)


def main():
    """Reads the command line, waits for the command, tells what it took."""
    name, out, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        target = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, 1)
        try:
            os.execv(command[0], command)
        except OSError as error:
            sys.stderr.write(f"{command[0]}: {error}\n")
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    seconds = time.monotonic() - began
    print(f"{name:<24} {seconds:>10.2f} {usage.ru_maxrss / 1024:>12.1f}", flush=True)
    code = os.waitstatus_to_exitcode(status)
    if code not in DONE:
        with open(out, encoding="utf-8", errors="replace") as said:
            sys.stderr.write(said.read())
        sys.exit(f"{name}: `{' '.join(command)}` ended with {code}")


if __name__ == "__main__":
    main()
