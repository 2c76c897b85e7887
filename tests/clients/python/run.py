"""Closes a quarter through a client that is made from the contracts, against a server of its own.

usage: run.py MERIT-BINARY BUF-BINARY

Makes the client's modules from `proto/`, starts `merit serve` on a fresh data folder and a free port of 127.0.0.1, runs
`quarter.py` against it, and then the calls that the project's README shows, which buf makes with what the server says of
itself. Nothing stays behind.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import grpc_tools
from grpc_tools import protoc

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def make_modules(into):
    """The modules of messages and of clients, from the contracts."""
    proto = ROOT / "proto"
    files = sorted(str(path.relative_to(proto)) for path in (proto / "merit").rglob("*.proto"))
    known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{proto}", f"-I{known}", f"--python_out={into}", f"--grpc_python_out={into}", *files]
    if protoc.main(arguments) != 0:
        sys.exit("the contracts can't be compiled for Python")


class Server:
    """`merit serve` until the block ends."""

    def __init__(self, merit, data):
        self.merit = merit
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(data), "MERIT_DATA": str(data)}

    def __enter__(self):
        command = [self.merit, "serve", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r" on (127\.0\.0\.1:\d+)", line)
        if not found:
            self.__exit__()
            sys.exit(f"the server didn't say where it listens: {line!r}")
        self.address = found[1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def token(self, person, role):
        command = [self.merit, "token", "--as", person, "--role", role]
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout.strip()


def readme_calls():
    """The calls that the README shows: method, message, and whether a token goes with it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    calls = []
    for line in text.splitlines():
        if line.startswith("grpcurl "):
            words = shlex.split(line)
            data = words[words.index("-d") + 1] if "-d" in words else "{}"
            calls.append((words[-1], data, "-H" in words))
    return calls


def check_readme(server, buf):
    """Makes the README's calls by what the server says of itself."""
    token = server.token("cy", "revenue-operations")
    calls = [call for call in readme_calls() if "/" in call[0]]
    if len(calls) < 3:
        sys.exit("the README shows fewer calls than this knows of")
    for method, data, with_token in calls:
        command = [buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", data]
        command += ["-H", f"authorization: Bearer {token}"] if with_token else []
        done = subprocess.run([*command, f"http://{server.address}/{method}"], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"the README's call of {method} fails: {done.stderr}")
        print(f"client: README: {method} answers")


def main():
    merit, buf = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        modules, data = pathlib.Path(folder, "modules"), pathlib.Path(folder, "data")
        modules.mkdir()
        data.mkdir(mode=0o700)
        make_modules(modules)
        sys.path.insert(0, str(modules))
        import quarter

        with Server(merit, data) as server:
            quarter.close(server.address, server.token)
            check_readme(server, buf)


if __name__ == "__main__":
    main()
