from __future__ import annotations

import math
import pickle

from aurum_plugins.forecasting.drift.alarm import Alarm, AlarmEdge


def edges(alarm: Alarm, severities: list[float]) -> list[AlarmEdge | None]:
    return [alarm.update(severity) for severity in severities]


def test_raises_once_and_clears_once():
    seen = edges(Alarm(0.5), [0.2, 1.1, 0.9, 1.4, 0.6, 0.49, 0.3, 0.9])
    assert seen == [None, AlarmEdge.RAISED, None, None, None, AlarmEdge.CLEARED, None, None]


def test_the_limits_themselves_change_nothing():
    assert edges(Alarm(0.5), [1.0]) == [None]
    assert edges(Alarm(0.5, raised=True), [0.5]) == [None]


def test_what_is_not_known_changes_nothing():
    for raised in (False, True):
        alarm = Alarm(0.5, raised=raised)
        assert alarm.update(math.nan) is None
        assert alarm.raised is raised


def test_it_can_come_back_after_a_restart():
    alarm = Alarm(0.5)
    alarm.update(3.0)
    again = pickle.loads(pickle.dumps(alarm))  # noqa: S301
    assert again.update(2.0) is None
    assert again.update(0.0) is AlarmEdge.CLEARED
