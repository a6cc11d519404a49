"""gRPC's own client and server with `sigvet proxy` between them, which signs: calls of every kind, errors and details in trailers.

Prints how many calls came out right, and how many of them arrived signed.
"""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc

SERVICE = "test.Echo"
LARGE = b"x" * 3_000_000
signed = []


def seen(context):
    metadata = dict(context.invocation_metadata())
    if metadata.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=AKIA"):
        signed.append(context.peer())
    return metadata


def unary(request, context):
    metadata = seen(context)
    context.set_trailing_metadata((("x-tenant", metadata.get("x-tenant", "")),))
    return request


def refuse(request, context):
    seen(context)
    context.set_trailing_metadata((("detail-bin", b"\x00\xff"),))
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "ü is not possible")


def download(request, context):
    seen(context)
    yield from (b"%d" % number for number in range(int(request)))


def upload(requests, context):
    seen(context)
    return b"%d" % sum(len(request) for request in requests)


def talk(requests, context):
    seen(context)
    for request in requests:
        yield request.upper()


class Handlers(grpc.GenericRpcHandler):
    methods = {
        "Unary": grpc.unary_unary_rpc_method_handler(unary),
        "Refuse": grpc.unary_unary_rpc_method_handler(refuse),
        "Download": grpc.unary_stream_rpc_method_handler(download),
        "Upload": grpc.stream_unary_rpc_method_handler(upload),
        "Talk": grpc.stream_stream_rpc_method_handler(talk),
    }

    def service(self, call):
        return self.methods.get(call.method.rpartition("/")[2])


def proxy_to(port):
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
    words = ["--to", f"http://127.0.0.1:{port}", "--http2-prior-knowledge", "--region", "us-east-1", "--service", "vpc-lattice-svcs"]
    # A bidirectional stream has no end to wait for.
    process = subprocess.Popen(
        [os.environ["SIGVET"], "proxy", "--port", "0", "--unsigned-payload", *words], env=environment, stderr=subprocess.PIPE, text=True
    )
    address = process.stderr.readline().strip().rpartition("//")[2]
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process, address


server = grpc.server(ThreadPoolExecutor(8))
server.add_generic_rpc_handlers((Handlers(),))
process, address = proxy_to(server.add_insecure_port("127.0.0.1:0"))
server.start()
right = 0


def expect(found, expected):
    global right
    assert found == expected, (found, expected)
    right += 1


try:
    with grpc.insecure_channel(address) as channel:
        path = f"/{SERVICE}/"
        call = channel.unary_unary(path + "Unary").with_call
        for body in (b"", b"hello", LARGE):
            answer, ended = call(body, metadata=(("x-tenant", "a"),), timeout=30)
            expect((answer, dict(ended.trailing_metadata())["x-tenant"]), (body, "a"))
        try:
            channel.unary_unary(path + "Refuse")(b"", timeout=30)
        except grpc.RpcError as error:
            expect((error.code(), error.details()), (grpc.StatusCode.FAILED_PRECONDITION, "ü is not possible"))
            expect(dict(error.trailing_metadata())["detail-bin"], b"\x00\xff")
        try:
            channel.unary_unary(path + "None")(b"", timeout=30)
        except grpc.RpcError as error:
            expect(error.code(), grpc.StatusCode.UNIMPLEMENTED)
        expect([int(part) for part in channel.unary_stream(path + "Download")(b"1000", timeout=30)], list(range(1000)))
        expect(channel.stream_unary(path + "Upload")(iter([LARGE, b"y"] * 3), timeout=30), b"%d" % (3 * len(LARGE) + 3))
        # Each message waits for the answer to the previous one.
        heard = threading.Event()

        def words():
            for word in (b"one", b"two", b"three"):
                yield word
                assert heard.wait(10), "no answer before the next word"
                heard.clear()

        answers = []
        for answer in channel.stream_stream(path + "Talk")(words(), timeout=30):
            answers.append(answer)
            heard.set()
        expect(answers, [b"ONE", b"TWO", b"THREE"])
        # Fifty at a time on one connection.
        call = channel.unary_unary(path + "Unary")
        calls = [call.future(b"%d" % number, timeout=30) for number in range(50)]
        expect([int(future.result()) for future in calls], list(range(50)))
finally:
    process.terminate()
    server.stop(None)
print(f"{right} right, {len(signed)} calls signed")
sys.exit(process.wait(20))
