"""Everything that the doctor found."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from aurum_plugins.doctor.finding import Finding, Level


@dataclass(frozen=True)
class Report:
    """Findings, in the order of the checks.

    Attributes
    ----------
    findings : tuple of Finding
        Grouped by subject only as far as the checks are.
    """

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return all(finding.level is not Level.ERROR for finding in self.findings)

    def to_json(self) -> str:
        """`{"ok": bool, "findings": [{"level", "subject", "message", "mend"}]}`."""
        found = [asdict(finding) for finding in self.findings]
        return json.dumps({"ok": self.ok, "findings": found}, indent=2)

    def by_subject(self) -> dict[str, list[Finding]]:
        """Findings of each subject, subjects in the order of their first finding."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.findings:
            groups.setdefault(finding.subject, []).append(finding)
        return groups
