"""What a process holds in memory."""

from __future__ import annotations

from pathlib import Path


def memory_mb(pid: int) -> float:
    """Resident memory of a process in MB; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(sizes[0]) / 1_024 if sizes else 0.0
