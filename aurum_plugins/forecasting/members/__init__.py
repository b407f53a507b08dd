"""The models that an ensemble is made of."""

from aurum_plugins.forecasting.members.catalogue import make_member, present
from aurum_plugins.forecasting.members.member import Member
from aurum_plugins.forecasting.members.settings import MembersSettings

__all__ = ["Member", "MembersSettings", "make_member", "present"]
