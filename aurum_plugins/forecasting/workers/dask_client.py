"""A connection to a Dask scheduler; the only file that names the library."""

from __future__ import annotations

import importlib
import logging
import warnings
from typing import Any, Final

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.workers.cluster_client import ClusterClient
from aurum_plugins.forecasting.workers.errors import SchedulerUnreachable
from aurum_plugins.forecasting.workers.scheduler_address import OPTION, SchedulerAddress

CONNECT_SECONDS: Final = 10.0
# Attributes of Dask's `Security`, and the settings of Dask's that fill them.
_CERTIFICATES: Final = {
    "tls_ca_file": "distributed.comm.tls.ca-file",
    "tls_client_cert": "distributed.comm.tls.client.cert",
    "tls_client_key": "distributed.comm.tls.client.key",
}


def dask_client(address: SchedulerAddress) -> ClusterClient:
    """Connect.

    Certificates are those of Dask's own configuration.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If Dask is not installed, or an encrypted address has no certificates.
    aurum_plugins.forecasting.workers.errors.SchedulerUnreachable
        If no scheduler answers.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        rule = "needs Dask: pip install 'aurumbotx[cluster]'"
        raise ConfigurationError(OPTION, rule, address.url) from None
    security = _security(distributed, address)
    # Its logs tell of the same troubles as our errors, in tracebacks.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            # Of versions: they are compared, and refused, by us.
            warnings.simplefilter("ignore")
            client: ClusterClient = distributed.Client(
                address.url,
                timeout=CONNECT_SECONDS,
                security=security,
                set_as_default=False,
                name="aurum",
            )
    except OSError as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SchedulerUnreachable(address.url, reason) from None
    return client


def _security(distributed: Any, address: SchedulerAddress) -> Any:
    security = distributed.Security(require_encryption=address.encrypted or None)
    if address.encrypted:
        missing = [key for name, key in _CERTIFICATES.items() if not getattr(security, name)]
        if missing:
            rule = (
                f"needs certificates: Dask's configuration lacks {', '.join(missing)} (or "
                f"{_variable(missing[0])} and so on in the environment), see docs/scale.md"
            )
            raise ConfigurationError(OPTION, rule, address.url)
    return security


def _variable(key: str) -> str:
    """The name of a setting of Dask's in the environment."""
    return "DASK_" + key.replace(".", "__").replace("-", "_").upper()
