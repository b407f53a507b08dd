"""Scripted, seeded faults of the simulated exchange."""

from __future__ import annotations

from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.faults.control import control_routes
from aurum_plugins.sandbox.faults.injector import FaultInjector
from aurum_plugins.sandbox.faults.middleware import fault_middleware
from aurum_plugins.sandbox.faults.plan import FaultPlan, load_plan

__all__ = [
    "ActiveFaults",
    "FaultInjector",
    "FaultPlan",
    "control_routes",
    "fault_middleware",
    "load_plan",
]
