"""What `aurum doctor` knows: checks, what they found, and how to mend it."""

from aurum_plugins.doctor.examination import CHECKS, examine
from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.machine import look_around
from aurum_plugins.doctor.report import Report
from aurum_plugins.doctor.request import Request
from aurum_plugins.doctor.surroundings import Surroundings
from aurum_plugins.doctor.table import print_report

__all__ = [
    "CHECKS",
    "Finding",
    "Level",
    "Report",
    "Request",
    "Surroundings",
    "examine",
    "look_around",
    "print_report",
]
