"""The public MCP client, over `sigvet mcp`, with the public MCP server behind `sigvet serve --upstream`.

The client speaks both protocols that there are: that with sessions (2025-11-25 and before), and the stateless one (2026-07-28).
`serve` verifies each signature, and passes on only correctly signed requests."""

import asyncio
import contextlib
import os
import socket
import subprocess
import threading
import time

import uvicorn
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.server.mcpserver import Context, MCPServer
from mcp.shared.exceptions import MCPError

SIGVET = os.environ["SIGVET"]
KEY = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}

server = MCPServer("sums")


@server.tool()
def add(a: int, b: int) -> int:
    return a + b


@server.tool()
async def sleep(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "awake"


@server.tool()
async def count(to: int, ctx: Context) -> str:
    for number in range(to):
        await ctx.report_progress(number, to)
        await asyncio.sleep(0.2)
    return "done"


@server.tool()
def echo(text: str) -> str:
    return text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(**options):
    port = free_port()
    app = server.streamable_http_app(**options)
    running = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    threading.Thread(target=running.run, daemon=True).start()
    while not running.started:
        time.sleep(0.02)
    return f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def serve(upstream):
    words = ["serve", "--demo-keys", "--port", "0", "--upstream", upstream, "--no-page", "--log", "json"]
    scope = ["--region", "us-west-2", "--service", "bedrock-agentcore"]
    process = subprocess.Popen([SIGVET, *words, *scope], stderr=subprocess.PIPE, text=True)
    url = process.stderr.readline().strip().removeprefix("listening on ")
    log = []
    threading.Thread(target=lambda: log.extend(process.stderr), daemon=True).start()
    try:
        yield url, log
    finally:
        process.terminate()
        process.wait()


def agent(url, **changes):
    words = ["mcp", f"{url}/mcp", "--region", "us-west-2", "--service", "bedrock-agentcore"]
    return StdioServerParameters(command=SIGVET, args=words, env={**KEY, "AWS_EC2_METADATA_DISABLED": "true", **changes})


async def works(url, mode, streams):
    """Tools, parallel calls, progress while a call runs, text of any kind."""
    seen = []

    async def on_progress(done, total, message):
        seen.append((done, time.monotonic()))

    async with Client(stdio_client(agent(url)), mode=mode) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == {"add", "sleep", "count", "echo"}
        assert (await client.call_tool("add", {"a": 2, "b": 3})).structured_content == {"result": 5}
        began = time.monotonic()
        slow = [asyncio.create_task(client.call_tool("sleep", {"seconds": 1.0})) for _ in range(8)]
        assert (await client.call_tool("add", {"a": 1, "b": 1})).structured_content == {"result": 2}
        assert time.monotonic() - began < 0.9, "a slow call holds up another"
        assert [(await call).structured_content for call in slow] == [{"result": "awake"}] * 8
        assert time.monotonic() - began < 4, "calls are not parallel"
        await client.call_tool("count", {"to": 4}, progress_callback=on_progress)
        if streams:
            assert [done for done, _ in seen] == [0, 1, 2, 3], seen
            assert seen[3][1] - seen[0][1] > 0.3, "progress was held back until the end"
        text = "line\nbreak \u2028 \u0000 日本語 " + "x" * 300_000
        assert (await client.call_tool("echo", {"text": text})).structured_content == {"result": text}
        return client.protocol_version


async def refused(url):
    """A wrong secret causes an error for the first request, which contains the name of the mistake."""
    wrong = agent(url, AWS_SECRET_ACCESS_KEY=KEY["AWS_SECRET_ACCESS_KEY"].lower())
    try:
        async with Client(stdio_client(wrong), mode="legacy"):
            raise AssertionError("it was let in")
    except Exception as error:
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        assert isinstance(error, MCPError), error
        assert "refused the signature" in str(error) and "[secret-" in str(error), error


def main():
    passed = 0
    for options in ({}, {"json_response": True}, {"stateless_http": True}):
        with serve(start_server(**options)) as (url, log):
            # A server that answers in JSON cannot report progress.
            streams = "json_response" not in options
            assert asyncio.run(works(url, "legacy", streams)) == "2025-11-25"
            assert asyncio.run(works(url, "auto", streams)) == "2026-07-28"
            asyncio.run(refused(url))
            verdicts = [line for line in log if '"verdict":"valid"' in line]
            assert len(verdicts) >= 28, len(verdicts)
            deleted = [line for line in log if '"method":"DELETE"' in line and '"status":200' in line]
            assert len(deleted) == (0 if options.get("stateless_http") else 1), deleted
            passed += 3
    print(f"{passed} sessions")


main()
