"""What a process holds in memory, in the unit of the soak's tables."""

from __future__ import annotations

from aurum_plugins.monitoring.resident_memory import resident_bytes

_MEGABYTE = 1_024 * 1_024


def memory_mb(pid: int) -> float:
    """Resident memory of a process in MB; 0 where the system does not tell."""
    return (resident_bytes(pid) or 0) / _MEGABYTE
