"""Why a notice was not sent.

AurumError
└── NotSent                   this time: reason, retry_after_s
    ├── ChannelRefuses        and no other would be until somebody changes a setting
    └── NoticeRefused         and this one never will be

None of them shows an address or a token.
"""

from __future__ import annotations

from aurum_plugins.errors import AurumError


class NotSent(AurumError):
    """A channel could not tell, or nobody knows whether it did.

    Attributes
    ----------
    reason : str
        One line.
    retry_after_s : float or None
        Seconds after which it may be tried again, as the other side says; None: it does not say.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        self.reason = reason
        self.retry_after_s = retry_after_s
        super().__init__(reason)


class ChannelRefuses(NotSent):
    """The other side does not know us, or not whom we write to."""


class NoticeRefused(NotSent):
    """The other side does not take this notice, and would not the next time."""
