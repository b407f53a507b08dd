from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting import Forecasts, Readiness


def test_0_is_no_forecast_and_1_alone_may_be_acted_on():
    assert [(reason.name, int(reason)) for reason in Readiness] == [
        ("NO_MODEL", 0),
        ("READY", 1),
        ("MISSING_FEATURES", 2),
        ("IN_SAMPLE", 3),
        ("NOVEL", 4),
        ("NOT_CALIBRATED", 5),
        ("EXPIRED", 6),
        ("OTHER_FEATURES", 7),
        ("FAILED", 8),
    ]
    forecasts = Forecasts(np.arange(9), {})
    assert forecasts.ready.tolist() == [code == 1 for code in range(9)]


def test_each_reason_has_a_sentence_of_its_own():
    sentences = [reason.sentence for reason in Readiness]
    assert all(sentence and not sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) == len(sentences)
    assert Readiness(4).sentence == "the features are unlike those that the model was trained on"
    assert Readiness(4) is Readiness.NOVEL
