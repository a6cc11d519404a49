"""A relay between a client and the server that changes the bytes of requests in transit, as a careless proxy does.

It tells a head from a body and knows nothing else of HTTP. Each connection has one request.
"""

import re
import socket
import threading
from contextlib import contextmanager, suppress


@contextmanager
def relay(server, head=lambda head: head, body=lambda body: body):
    """The URL of a relay to the server, whose requests go through these two functions, bytes to bytes."""
    host, port = server.split("//")[1].split(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener, (host, int(port)), head, body), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def accept(listener, server, head, body):
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            upstream = socket.create_connection(server)
            threading.Thread(target=forth, args=(client, upstream, head, body), daemon=True).start()
            threading.Thread(target=back, args=(upstream, client), daemon=True).start()


def forth(client, upstream, head, body):
    arrived = b""
    # Either side may close its end before everything is sent.
    with suppress(OSError):
        while b"\r\n\r\n" not in arrived:
            piece = client.recv(65536)
            if not piece:
                return close(upstream)
            arrived += piece
        first, end, rest = arrived.partition(b"\r\n\r\n")
        # So that the server closes the connection, and no second request passes unchanged.
        first = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head(first)) + b"\r\nConnection: close"
        upstream.sendall(first + end + body(rest))
        while piece := client.recv(65536):
            upstream.sendall(body(piece))


def back(upstream, client):
    with suppress(OSError):
        while piece := upstream.recv(65536):
            client.sendall(piece)
    close(client)


def close(end):
    end.shutdown(socket.SHUT_RDWR)
    end.close()


def replace(old, new):
    return lambda data: data.replace(old, new)
