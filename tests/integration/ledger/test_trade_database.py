"""freqtrade's tables where freqtrade made them, in a file and on a server: read, never written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from booked_trades import add, order, trade_rows
from freqtrade.persistence import Trade

from aurum_plugins.commands.trade_database import trade_database
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.strategies.booked_orders import booked_orders
from aurum_plugins.strategies.settled_trades import settled_trades


def test_trades_and_orders_are_read_and_cannot_be_written(database_address) -> None:
    url = database_address.render_as_string(hide_password=False)
    settings = {"db_url": url}
    with trade_rows(url):
        add(order("1", "buy", 0, ft_fee_base=0.002), order("2", "sell", 60))
        told = settled_trades("USDT")
        Trade.session.remove()
        with trade_database(settings) as connection:
            assert settled_trades("USDT", connection) == told
            assert told[0].notional == Decimal(100)
            assert [one.order_id for one in booked_orders(connection)] == ["1", "2"]
        with pytest.raises(DatabaseUnavailable), trade_database(settings) as connection:
            connection.execute(Trade.__table__.delete())
        assert settled_trades("USDT") == told
        # Connections of freqtrade's own would outlive the database.
        Trade.session.remove()
        Trade.session.get_bind().dispose()


def test_an_error_of_a_server_shows_no_password() -> None:
    settings = {"db_url": "postgresql+psycopg://somebody:a-secret@127.0.0.1:1/trades"}
    with pytest.raises(DatabaseUnavailable) as caught, trade_database(settings):
        pass
    assert "a-secret" not in str(caught.value)
