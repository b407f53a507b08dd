from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from aurum_plugins.sentiment.scoring.errors import ScorerUnavailable
from aurum_plugins.sentiment.scoring.new_scorer import new_scorer
from aurum_plugins.sentiment.scoring.transformer import TransformerScorer
from aurum_plugins.sentiment.settings import SentimentSettings

INSTALLED = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))


def asking_for(folder: Path | str) -> SentimentSettings:
    return SentimentSettings(scorer="transformer", transformer_model=str(folder))


def test_vader_by_default() -> None:
    assert new_scorer(SentimentSettings()).version == "vader-crypto-1+learned-1"


@pytest.mark.skipif(INSTALLED, reason="the extra `sentiment` is installed")
def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScorerUnavailable, match=r"aurumbotx\[sentiment\]") as caught:
        new_scorer(asking_for(tmp_path))
    assert caught.value.scorer == "transformer"


@pytest.mark.parametrize("folder", ["", "/no/such/folder"])
def test_a_missing_folder_is_named(folder: str) -> None:
    with pytest.raises(ScorerUnavailable, match="transformer_model must be a folder"):
        new_scorer(asking_for(folder))


@pytest.mark.skipif(not INSTALLED, reason="the extra `sentiment` is not installed")
def test_an_empty_folder_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(ScorerUnavailable, match="holds no usable model"):
        new_scorer(asking_for(tmp_path))


def test_settings_import_no_scorer() -> None:
    code = (
        "import sys, aurum_plugins.sentiment.settings, aurum_plugins.sentiment.scoring.new_scorer;"
        "sys.exit('vaderSentiment' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def even(_: int) -> Any:
    return lambda texts: np.full((len(texts), 3), 1 / 3)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["negative", "neutral", "positive"], [0.6, -0.7]),
        (["Bullish", "Bearish", "Neutral"], [-0.1, 0.6]),
        (["LABEL_0", "LABEL_1", "LABEL_2"], [0.6, -0.7]),
    ],
)
def test_labels_are_mapped(labels: list[str], expected: list[float]) -> None:
    rows = np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]])
    if labels[0] == "Bullish":
        rows = np.array([[0.2, 0.3, 0.5], [0.8, 0.2, 0.0]])
    scorer = TransformerScorer(lambda texts: rows[: len(texts)], labels, "t-1")
    assert scorer.score(["a", "b"]) == pytest.approx(expected)
    assert scorer.version == "t-1"
    assert scorer.score([]).shape == (0,)


@pytest.mark.parametrize(
    ("labels", "rule"),
    [
        (["joy", "positive", "negative"], "got 'joy'"),
        (["LABEL_0", "LABEL_1"], "got 'LABEL_0'"),
        (["positive", "neutral"], "must name both good and bad, got positive, neutral"),
    ],
)
def test_other_labels_are_refused(labels: list[str], rule: str) -> None:
    with pytest.raises(ScorerUnavailable, match=rule):
        TransformerScorer(even(3), labels, "t-1")


def test_texts_go_in_batches() -> None:
    sizes: list[int] = []

    def classify(texts: list[str]) -> Any:
        sizes.append(len(texts))
        return np.tile([0.0, 1.0], (len(texts), 1))

    scores = TransformerScorer(classify, ["negative", "positive"], "t").score(["x"] * 70)
    assert sizes == [32, 32, 6]
    assert scores.tolist() == [1.0] * 70


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Libraries that record what is asked of them."""
    asked: dict[str, Any] = {}

    class Tokenizer:
        @classmethod
        def from_pretrained(cls, path: Path, **options: Any) -> Any:
            asked["tokenizer"] = options
            return lambda texts, **_: {"texts": texts}

    class Model:
        config = SimpleNamespace(id2label={0: "negative", 1: "neutral", 2: "positive"})

        @classmethod
        def from_pretrained(cls, path: Path, **options: Any) -> Any:
            if not (path / "config.json").exists():
                raise OSError("no config.json")
            asked["model"] = options
            return cls()

        def eval(self) -> None:
            asked["eval"] = True

        def __call__(self, texts: list[str]) -> Any:
            return SimpleNamespace(logits=[[0.0, 0.0, 1.0] for _ in texts])

    class _Mode:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    torch = SimpleNamespace(
        inference_mode=_Mode,
        softmax=lambda logits, dim: np.asarray(logits),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)  # type: ignore[arg-type]
    transformers = SimpleNamespace(
        AutoTokenizer=Tokenizer, AutoModelForSequenceClassification=Model
    )
    monkeypatch.setitem(sys.modules, "transformers", transformers)  # type: ignore[arg-type]
    return asked


def test_a_model_is_read_from_its_folder_only(pretended: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "more").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    scorer = new_scorer(asking_for(folder))
    assert scorer.score(["a", "b"]).tolist() == [1.0, 1.0]
    assert pretended["tokenizer"] == pretended["model"] == {"local_files_only": True}
    first = scorer.version
    assert first.startswith("transformer-model-")
    (folder / "config.json").write_text("{ }")
    assert new_scorer(asking_for(folder)).version != first


def test_a_folder_without_a_model(pretended: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ScorerUnavailable, match=r"holds no usable model: no config\.json"):
        new_scorer(asking_for(tmp_path))
