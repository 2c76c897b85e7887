"""Just enough HTTP/2 to be a bad client of a gRPC server, and one well-behaved caller: frames are written by hand, so
that nothing between the test and the wire is polite."""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, WINDOW = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
# Frames of data may be so long until the other end allows more (RFC 9113 section 6.5.2).
LONGEST = 16384


def frame(kind, flags, stream, payload=b""):
    """One frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A header field that is not indexed and not compressed (RFC 7541 section 6.2.2)."""
    return b"\0" + length(name) + name + length(value) + value


def length(text):
    """A string's length, with a prefix of seven bits."""
    if len(text) < 127:
        return bytes([len(text)])
    rest, out = len(text) - 127, [127]
    while rest >= 128:
        out.append(rest % 128 + 128)
        rest //= 128
    return bytes(out + [rest])


def call(method, token):
    """The header block of a gRPC call."""
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", method.encode()), (b":authority", b"merit"),
              (b"te", b"trailers"), (b"content-type", b"application/grpc"), (b"authorization", b"Bearer " + token.encode())]
    return b"".join(literal(name, value) for name, value in fields)


def message(payload=b""):
    """A message as gRPC sends it."""
    return b"\0" + struct.pack(">I", len(payload)) + payload


class Connection:
    """One connection to a server on loopback."""

    def __init__(self, port, patience=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.next, self.left = 1, b""
        self.send(PREFACE + frame(SETTINGS, 0, 0))

    def send(self, data):
        """Writes all of it."""
        self.socket.sendall(data)

    def stream(self):
        """The number of a stream that was not used before."""
        self.next += 2
        return self.next - 2

    def frames(self):
        """Frames as they arrive, until the other end closes. Settings and pings are answered."""
        while True:
            while len(self.left) >= 9 and len(self.left) >= 9 + int.from_bytes(self.left[:3], "big"):
                size = 9 + int.from_bytes(self.left[:3], "big")
                kind, flags, stream = self.left[3], self.left[4], int.from_bytes(self.left[5:9], "big")
                payload, self.left = self.left[9:size], self.left[size:]
                if kind in (SETTINGS, PING) and not flags & ACK:
                    self.send(frame(kind, ACK, 0, payload if kind == PING else b""))
                yield kind, flags, stream, payload
            read = self.socket.recv(65536)
            if not read:
                return
            self.left += read

    def ask(self, block, payload=b""):
        """A whole call; gives the bytes of its answer's data, or None where it was refused."""
        stream = self.stream()
        self.send(frame(HEADERS, END_HEADERS, stream, block) + frame(DATA, END_STREAM, stream, message(payload)))
        size = 0
        for kind, flags, of, payload in self.frames():
            if kind == GOAWAY:
                return None
            if of != stream:
                continue
            if kind == DATA:
                size += len(payload)
                if payload:
                    self.send(frame(WINDOW, 0, 0, struct.pack(">I", len(payload))))
            if kind == RST:
                return None
            if flags & END_STREAM:
                return size or None
        return None

    def close(self):
        """Ends the connection without a word."""
        self.socket.close()
