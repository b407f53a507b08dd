"""What is done to a connection and to an answer on its way out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from aiohttp import hdrs, web
from multidict import CIMultiDict

_LINGER_ZERO = struct.pack("ii", 1, 0)
_OWN_HEADERS = (hdrs.CONTENT_LENGTH, hdrs.TRANSFER_ENCODING, hdrs.CONTENT_ENCODING)
_NO_RESPONSE = 444  # nginx's word for it; seen in the access log only


def reset_connection(request: web.Request) -> web.StreamResponse:
    """Reset the client's connection (TCP RST).

    Returns
    -------
    aiohttp.web.StreamResponse
        For the handler to return: aiohttp finds the connection gone when it comes to send it, and
        takes that for a client that left, which it does not log as an error.
    """
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            # A zero linger time makes the close that follows a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    return web.Response(status=_NO_RESPONSE)


def malformed(response: web.StreamResponse) -> web.StreamResponse:
    """Replace the second half of an answer's JSON by rubbish."""
    body = _body(response)
    return web.Response(
        status=response.status,
        headers=_headers(response),
        body=body[: len(body) // 2] + b"\x00<html>",
    )


async def truncated(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Send the headers and half of the body, then reset the connection."""
    body = _body(response)
    partial = web.StreamResponse(status=response.status, headers=_headers(response))
    partial.content_length = len(body)
    partial.force_close()
    # A client that has left already misses nothing.
    with contextlib.suppress(ConnectionError):
        await partial.prepare(request)
        await partial.write(body[: len(body) // 2])
        # Some event loops send at the end of a turn, and a reset discards what was not sent.
        await asyncio.sleep(0)
    reset_connection(request)
    return partial


def _body(response: web.StreamResponse) -> bytes:
    body = response.body if isinstance(response, web.Response) else None
    return bytes(body) if isinstance(body, bytes | bytearray) and body else b"{}"


def _headers(response: web.StreamResponse) -> CIMultiDict[str]:
    headers = CIMultiDict(response.headers)
    for name in _OWN_HEADERS:
        headers.popall(name, None)
    return headers
