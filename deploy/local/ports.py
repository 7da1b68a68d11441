"""Ports of 127.0.0.1 for servers of our own."""

import random
import socket
import threading

from deploy.local.errors import LocalServerError

# Below Linux's range for outgoing connections (32768 and up): such a port cannot be taken by one
# while its server is down to be restarted, nor can a client that reconnects reach itself.
_PORTS = range(20_000, 32_000)

_given_out: set[int] = set()
_given_out_lock = threading.Lock()


def free_port(preferred: int | None = None) -> int:
    """Return ``preferred`` or else another port free on 127.0.0.1; none twice in our life."""
    with _given_out_lock:
        candidates = [] if preferred is None else [preferred]
        candidates += random.sample(_PORTS, len(_PORTS))
        for port in candidates:
            if port not in _given_out and is_free(port):
                _given_out.add(port)
                return port
    raise LocalServerError("no port is free on 127.0.0.1")


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
