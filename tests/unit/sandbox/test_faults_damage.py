"""Resetting connections that are no longer, or never were, sockets."""

from __future__ import annotations

import socket
import struct
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

from aurum_plugins.sandbox.faults.damage import reset_connection


def request_over(transport: Any) -> Any:
    return SimpleNamespace(transport=transport)


def test_a_client_that_left_already_is_no_error() -> None:
    assert reset_connection(request_over(None)).status == 444


def test_a_transport_without_a_socket_is_aborted_all_the_same() -> None:
    transport = Mock()
    transport.get_extra_info.return_value = None
    reset_connection(request_over(transport))
    transport.abort.assert_called_once_with()


def test_lingering_is_switched_off_before_the_abort() -> None:
    transport = Mock()
    reset_connection(request_over(transport))
    connection = transport.get_extra_info.return_value
    connection.setsockopt.assert_called_once_with(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    assert [call[0] for call in transport.method_calls] == ["get_extra_info", "abort"]
