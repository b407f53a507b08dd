"""Windows of an evaluation on real workers, one of which is killed half-way."""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dask_cluster import DaskCluster
from forecast_rows import FIRST, HORIZON, forecast_rows, small_ensemble

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.walk_forward_run import WalkForwardPlan, walk_forward
from aurum_plugins.forecasting.workers import dask_client
from aurum_plugins.forecasting.workers.errors import SchedulerLost, SchedulerUnreachable
from aurum_plugins.forecasting.workers.open_workers import open_workers

pytest.importorskip("distributed", reason="needs pip install 'aurumbotx[cluster]'")

PLAN = WalkForwardPlan(FIRST + 800, FIRST + 1_400, 750, 100)


def pair_rows(pair: str, seed: int) -> PairRows:
    rows = forecast_rows(seed=seed)
    opens, close = rows.candles * 3_600_000, np.linspace(1, 2, len(rows))
    lagged = rows.labels.shift(HORIZON + 1)
    return PairRows(pair, rows.candles, opens, close, rows.features, rows.labels, lagged)


PAIRS = [pair_rows("BTC/USDT", 0), pair_rows("ETH/USDT", 1)]


def alike(found, expected) -> None:
    """The same windows, each once, bit for bit."""
    assert sorted((one.pair, one.window) for one in found) == sorted(expected)
    for one in found:
        other = expected[one.pair, one.window]
        assert one.error == other.error
        for target, table in one.tables.items():
            pd.testing.assert_frame_equal(table, other.tables[target], check_exact=True)


@pytest.fixture(scope="module")
def expected() -> dict:
    return {(one.pair, one.window): one for one in walk_forward(PAIRS, PLAN, small_ensemble)}


@pytest.fixture
def cluster(tmp_path) -> Iterator[DaskCluster]:
    made = DaskCluster(tmp_path)
    try:
        yield made.start(2)
    finally:
        made.stop()


def test_a_worker_that_is_killed_loses_nothing_and_repeats_nothing(cluster, expected) -> None:
    found = []
    with open_workers(1, cluster.address, pytest.fail) as workers:
        for one in walk_forward(PAIRS, PLAN, small_ensemble, workers):
            if not found:
                cluster.workers[0].send_signal(signal.SIGKILL)
            found.append(one)
    alike(found, expected)


def test_a_scheduler_that_dies_is_one_sentence(cluster, monkeypatch) -> None:
    with open_workers(1, cluster.address, pytest.fail) as workers:
        results = walk_forward(PAIRS, PLAN, small_ensemble, workers)
        next(results)
        cluster.scheduler.send_signal(signal.SIGKILL)
        with pytest.raises(SchedulerLost, match="the scheduler answers no more"):
            list(results)
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 0.5)
    with (
        pytest.raises(SchedulerUnreachable, match="no scheduler answers"),
        open_workers(1, cluster.address, pytest.fail),
    ):
        pass


def certificate(folder: Path) -> dict[str, str]:
    """A self-signed one, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(secret)
    return {"cert": str(folder / "cert.pem"), "key": str(folder / "key.pem")}


def test_with_certificates_all_is_encrypted_and_without_them_nothing_goes(
    tmp_path, expected
) -> None:
    import dask

    files = certificate(tmp_path)
    options = ("--tls-ca-file", files["cert"], "--tls-cert", files["cert"])
    made = DaskCluster(tmp_path, "--protocol", "tls", *options, "--tls-key", files["key"])
    try:
        made.start(1)
        assert made.address.startswith("tls://127.0.0.1:")
        with (
            pytest.raises(ConfigurationError, match=r"lacks distributed\.comm\.tls\.ca-file"),
            open_workers(1, made.address, pytest.fail),
        ):
            pass
        settings = {
            "distributed.comm.tls.ca-file": files["cert"],
            "distributed.comm.tls.client.cert": files["cert"],
            "distributed.comm.tls.client.key": files["key"],
        }
        few = WalkForwardPlan(PLAN.first, PLAN.first + 100, 750, 100)
        with (
            dask.config.set(settings),
            open_workers(1, made.address, pytest.fail) as workers,
        ):
            found = list(walk_forward(PAIRS, few, small_ensemble, workers))
    finally:
        made.stop()
    alike(found, {(pair, window): one for (pair, window), one in expected.items() if window == 0})
