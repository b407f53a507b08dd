"""Scores by a language model, where the extra `sentiment` is installed."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from aurum_plugins.sentiment.scoring.errors import ScorerUnavailable

FloatArray = npt.NDArray[np.float64]
# Texts of a batch to the probabilities of the labels, shape (texts, labels).
Classifier = Callable[[list[str]], FloatArray]

_NAME: Final = "transformer"
_BATCH: Final = 32
_LONGEST_TOKENS: Final = 256
_DIRECTIONS: Final[Mapping[str, int]] = {
    "positive": 1,
    "pos": 1,
    "bullish": 1,
    "negative": -1,
    "neg": -1,
    "bearish": -1,
    "neutral": 0,
    "neu": 0,
}
# Models that do not name their labels mean these, if there are three.
_NUMBERED: Final[Mapping[str, int]] = {"label_0": -1, "label_1": 0, "label_2": 1}


class TransformerScorer:
    """The probability of good less the probability of bad.

    Parameters
    ----------
    classify : callable
        A batch of texts to probabilities, shape (texts, labels).
    labels : sequence of str
        Names of the columns: positive, bullish, negative, bearish, neutral, or LABEL_0 to LABEL_2.
    version : str
        Kept beside every score.

    Raises
    ------
    ScorerUnavailable
        A label that is not known, or none for good or for bad.
    """

    def __init__(self, classify: Classifier, labels: Sequence[str], version: str) -> None:
        self._classify = classify
        self._directions = _directions(labels)
        self._version = version

    @property
    def version(self) -> str:
        """Name and version, kept beside every score."""
        return self._version

    def score(self, texts: Sequence[str]) -> FloatArray:
        """Scores of n texts in [-1, 1], shape (n,); 0 is neutral."""
        batches = [
            self._classify(list(texts[start : start + _BATCH])) @ self._directions
            for start in range(0, len(texts), _BATCH)
        ]
        return np.clip(np.concatenate(batches), -1.0, 1.0) if batches else np.zeros(0)


def load_transformer(folder: str) -> TransformerScorer:
    """The model in a folder; nothing is downloaded.

    Raises
    ------
    ScorerUnavailable
        The extra is not installed, there is no folder, or its labels are not known.
    """
    path = Path(folder)
    if not folder or not path.is_dir():
        raise ScorerUnavailable(
            _NAME,
            f"aurum.sentiment.transformer_model must be a folder with a model, got {folder!r}",
        )
    try:
        torch: Any = importlib.import_module("torch")
        transformers: Any = importlib.import_module("transformers")
    except ImportError as error:
        raise ScorerUnavailable(
            _NAME, f"it needs optional libraries: pip install 'aurumbotx[sentiment]' ({error.name})"
        ) from error
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(path, local_files_only=True)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            path, local_files_only=True
        )
    except (OSError, ValueError) as error:
        raise ScorerUnavailable(_NAME, f"{folder} holds no usable model: {error}") from error
    model.eval()

    def classify(texts: list[str]) -> FloatArray:
        encoded = tokenizer(
            texts, padding=True, truncation=True, max_length=_LONGEST_TOKENS, return_tensors="pt"
        )
        with torch.inference_mode():
            logits = model(**encoded).logits
        return np.asarray(torch.softmax(logits, dim=-1).tolist(), dtype=np.float64)

    names = model.config.id2label
    labels = [str(names[index]) for index in range(len(names))]
    return TransformerScorer(classify, labels, f"{_NAME}-{path.name}-{_fingerprint(path)}")


def _directions(labels: Sequence[str]) -> FloatArray:
    known = dict(_DIRECTIONS)
    if len(labels) == len(_NUMBERED):
        known.update(_NUMBERED)
    found = [label.lower() for label in labels]
    unknown = [label for label, name in zip(labels, found) if name not in known]
    if unknown:
        raise ScorerUnavailable(
            _NAME, f"labels must be positive, negative and neutral or the like, got {unknown[0]!r}"
        )
    directions = np.array([known[name] for name in found], dtype=np.float64)
    if not {-1.0, 1.0} <= set(directions.tolist()):
        raise ScorerUnavailable(
            _NAME, f"labels must name both good and bad, got {', '.join(labels)}"
        )
    return directions


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:8]
