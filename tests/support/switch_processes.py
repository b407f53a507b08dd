"""What processes of their own do to a kill switch; each is a target of `multiprocessing`."""

from __future__ import annotations

import sqlite3
import time
from multiprocessing.connection import Connection

from sqlalchemy import make_url

from aurum_plugins.clock import WallClock
from aurum_plugins.database import open_database
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import SwitchState

BOT = "Mine (live)"
# Long enough to wait for many writers on a busy machine.
PATIENCE_SECONDS = 60.0


def open_switch(url: str, bot: str = BOT, seconds: float = PATIENCE_SECONDS) -> KillSwitch:
    return KillSwitch(open_database(make_url(url), timeout_seconds=seconds), bot, WallClock())


def turn(url: str, author: str, rounds: int) -> None:
    """Throw and re-arm in turn, and end thrown."""
    switch = open_switch(url)
    for number in range(rounds):
        if number % 2:
            switch.rearm(str(number), author)
        else:
            switch.throw(SwitchState.HALTED, str(number), author)


def watch(url: str, seconds: float, results: Connection) -> None:
    """Read all the while; tell how often, and whether the switch ever went back in time."""
    switch = open_switch(url)
    last = reads = 0
    in_order = True
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        number = switch.read().number
        in_order &= number >= last
        last = number
        reads += 1
    results.send((reads, in_order))


def turn_until_killed(url: str, results: Connection) -> None:
    """Throw and re-arm for ever, and tell of each entry once it is written."""
    switch = open_switch(url)
    results.send(0)
    while True:
        switch.throw(SwitchState.FLAT, "", "killed")
        switch.rearm("", "killed")
        results.send(1)


def hold(path: str, statements: list[str], results: Connection) -> None:
    """Keep a database file to itself until the process is killed."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    results.send(b"held")
    time.sleep(600)
