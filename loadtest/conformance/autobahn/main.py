"""What an everyday client never does, by Python's Autobahn. Prints a line for each
case: its name, and ok or what went wrong. usage: main.py URL TOKEN"""

import asyncio
import json
import sys
from urllib.parse import urlsplit

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateResponse, PerMessageDeflateResponseAccept

URL, TOKEN = sys.argv[1:3]
WITHIN = 10  # seconds that one case may take
SNOW = "⛄🎲"  # three and four bytes


class Conn(WebSocketClientProtocol):
    """A connection whose messages, pongs and end can be waited for."""

    def __init__(self):
        super().__init__()
        self.opened = asyncio.Event()
        self.messages, self.pongs = asyncio.Queue(), asyncio.Queue()
        self.ended = asyncio.get_running_loop().create_future()

    def onOpen(self):
        self.opened.set()

    def onMessage(self, payload, isBinary):
        self.messages.put_nowait(payload)

    def onPong(self, payload):
        self.pongs.put_nowait(payload)

    def onClose(self, wasClean, code, reason):
        if not self.ended.done():
            self.ended.set_result(self.remoteCloseCode if self.remoteCloseCode is not None else code)

    def raw(self, *octets):
        """Writes a frame by hand; the mask is 0 0 0 0."""
        self.transport.write(bytes(octets))

    async def echo(self, name):
        m = json.loads(await self.messages.get())
        if (m.get("type"), m.get("id"), m.get("status")) != ("response", name, 200):
            raise AssertionError(str(m)[:200])

    async def want_end(self, code):
        got = await self.ended
        if got != code:
            raise AssertionError(f"closed with {got}, want {code}")


async def connect():
    factory = WebSocketClientFactory(URL)
    factory.protocol = Conn
    factory.setProtocolOptions(
        perMessageCompressionOffers=[PerMessageDeflateOffer()],
        perMessageCompressionAccept=lambda r: PerMessageDeflateResponseAccept(r) if isinstance(r, PerMessageDeflateResponse) else None,
    )
    at = urlsplit(URL)
    _, c = await asyncio.get_running_loop().create_connection(factory, at.hostname, at.port)
    await asyncio.wait_for(c.opened.wait(), WITHIN)
    c.sendMessage(json.dumps({"type": "auth", "token": TOKEN}).encode())
    m = json.loads(await asyncio.wait_for(c.messages.get(), WITHIN))
    if m["type"] != "auth_success":
        raise AssertionError(f"auth: {m}")
    return c


def ask(name, pad=""):
    return json.dumps({"type": "request", "id": name, "op": "health.get", "data": {"pad": pad}}, ensure_ascii=False).encode()


def parts(c, fragments, between=lambda: None):
    """Sends a text message in fragments."""
    c.beginMessage()
    for i, f in enumerate(fragments):
        c.sendMessageFrame(f)
        if i < len(fragments) - 1:
            between()
    c.endMessage()


async def one_frame(c):
    c.sendMessage(ask("a"))
    await c.echo("a")


async def two_fragments(c):
    parts(c, [ask("b")[:9], ask("b")[9:]])
    await c.echo("b")


async def byte_by_byte(c):
    parts(c, [bytes([b]) for b in ask("c")])
    await c.echo("c")


async def empty_fragments(c):
    parts(c, [b"", ask("d"), b""])
    await c.echo("d")


async def cut_character(c):
    whole = ask(SNOW)
    at = whole.index("⛄".encode())
    for cut in (1, 2, 4, 5, 6):
        parts(c, [whole[: at + cut], whole[at + cut :]])
        await c.echo(SNOW)


async def ping_between(c):
    parts(c, [ask("f")[:5], ask("f")[5:]], lambda: c.sendPing(b"between"))
    if await c.pongs.get() != b"between":
        raise AssertionError("another pong")
    await c.echo("f")


async def unasked_pong(c):
    c.sendPong(b"unasked")
    c.sendMessage(ask("g"))
    await c.echo("g")


async def long_ping(c):
    c.sendPing(b"\xfe" * 125)
    if await c.pongs.get() != b"\xfe" * 125:
        raise AssertionError("another payload")


async def largest(c):
    c.sendMessage(ask("i", "x" * (64 * 1024 - len(ask("i")))))
    await c.echo("i")


async def no_compression(c):
    if c.websocket_extensions_in_use:
        raise AssertionError(str(c.websocket_extensions_in_use))


async def unmasked(c):
    c.raw(0x81, 0x02, 0x7B, 0x7D)
    await c.ended  # RFC 6455, 5.1: the server ends it, and may say why


def closes(code, send):
    """A case that ends in a close with that code."""

    async def run(c):
        send(c)
        await c.want_end(code)

    return run


CASES = {
    "one frame": one_frame,
    "two fragments": two_fragments,
    "a byte a fragment": byte_by_byte,
    "an empty fragment first and last": empty_fragments,
    "a character cut in two": cut_character,
    "a ping between fragments": ping_between,
    "a pong nobody asked for": unasked_pong,
    "ping with 125 bytes": long_ping,
    "64 KiB is taken": largest,
    "no compression": no_compression,
    "close 1000 is answered": closes(1000, lambda c: c.sendClose(1000, "bye")),
    "close without a code is answered": closes(None, lambda c: c.sendClose()),
    "close 4999 is answered": closes(4999, lambda c: c.sendClose(4999)),
    "over 64 KiB closes 1009": closes(1009, lambda c: c.sendMessage(b"x" * (64 * 1024 + 1))),
    "not UTF-8 closes 1007": closes(1007, lambda c: c.sendMessage(b'"\xc3\x28"')),
    "binary closes 1003": closes(1003, lambda c: c.sendMessage(b"\x01\x02\x03", isBinary=True)),
    "reserved bit closes 1002": closes(1002, lambda c: c.raw(0xC1, 0x80, 0, 0, 0, 0)),
    "reserved opcode closes 1002": closes(1002, lambda c: c.raw(0x83, 0x80, 0, 0, 0, 0)),
    "unmasked ends it": unmasked,
    "long ping closes 1002": closes(1002, lambda c: c.raw(0x89, 0xFE, 0, 126, 0, 0, 0, 0, *[0] * 126)),
    "fragmented ping closes 1002": closes(1002, lambda c: c.raw(0x09, 0x80, 0, 0, 0, 0)),
    "continuation of nothing closes 1002": closes(1002, lambda c: c.raw(0x80, 0x80, 0, 0, 0, 0)),
    "text within a text closes 1002": closes(1002, lambda c: c.raw(0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0)),
    "close 1005 closes 1002": closes(1002, lambda c: c.raw(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED)),
}


async def verdict(run):
    try:
        c = await connect()
        await asyncio.wait_for(run(c), WITHIN)
    except asyncio.TimeoutError:
        return "no answer in time"
    except Exception as e:  # whatever it is, the other cases go on
        return f"{type(e).__name__}: {e}"
    if c.transport:
        c.transport.abort()
    return "ok"


async def main():
    for name, run in CASES.items():
        print(f"{name}: {await verdict(run)}", flush=True)


asyncio.run(main())
