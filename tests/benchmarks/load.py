"""A small load generator: one process, a few kept-alive connections, prepared bytes; measures rate and latency.

Python's HTTP clients cost more than the server does; this one writes prepared requests and reads by Content-Length.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """`rate` in requests per second; `p50` and `p99` in milliseconds; `failed` counts answers that were not 200."""

    answers: int

    rate: float
    p50: float
    p99: float
    failed: int


class _Connection:
    def __init__(self, address: tuple[str, int], request: bytes, selector: selectors.BaseSelector) -> None:
        self.address, self.request, self.selector = address, request, selector
        self.sent = 0.0
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(self.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.socket, selectors.EVENT_READ, self)
        self.buffer = b""
        self.closing = False  # whether the server closes it behind its answer

    def close(self) -> None:
        self.selector.unregister(self.socket)
        self.socket.close()

    def send(self) -> None:
        self.buffer = b""
        self.sent = time.perf_counter()
        if self.closing:
            self.close()
            self.open()
        self.socket.sendall(self.request)

    def receive(self) -> int | None:
        """The status of a whole answer, None while more is to come."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        self.closing = b"\r\nconnection: close" in head.lower()
        return int(head.split(b" ", 2)[1]) if len(body) >= length else None


def run(address: tuple[str, int], request: bytes, connections: int = 8, seconds: float = 3.0) -> Result:
    """Sends the request over and over on every connection, one at a time on each."""
    selector = selectors.DefaultSelector()
    opened = [_Connection(address, request, selector) for _ in range(connections)]
    for connection in opened:
        connection.send()
    latencies: list[float] = []
    failed = 0
    started = time.perf_counter()
    while (now := time.perf_counter()) - started < seconds or not latencies:
        for key, _ in selector.select(timeout=1):
            status = key.data.receive()
            if status is None:
                continue
            latencies.append(time.perf_counter() - key.data.sent)
            failed += status != 200
            key.data.send()
    for connection in opened:
        connection.close()
    selector.close()
    latencies.sort()
    return Result(
        len(latencies),
        len(latencies) / (now - started),
        latencies[len(latencies) // 2] * 1000,
        latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)] * 1000,
        failed,
    )


def http(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request on a kept-alive connection."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
