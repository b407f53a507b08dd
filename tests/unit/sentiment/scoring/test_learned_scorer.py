"""Weights on top of the rules: what is counted, how it is kept, and what comes of it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.sentiment.scoring import fit_weights, weights
from aurum_plugins.sentiment.scoring.errors import WordListRefused
from aurum_plugins.sentiment.scoring.evidence import VIEWS, evidence
from aurum_plugins.sentiment.scoring.label import THRESHOLD, label_of
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer
from aurum_plugins.sentiment.scoring.text_figures import FIGURES, text_figures
from aurum_plugins.sentiment.scoring.vader_scorer import VaderScorer
from aurum_plugins.sentiment.scoring.weights import Weights, load_weights, row_of, save_weights


@pytest.fixture(scope="module")
def scorer() -> LearnedScorer:
    return LearnedScorer()


def nothing_learned() -> Weights:
    return Weights(
        "none",
        {view: {} for view in VIEWS},
        np.zeros(0),
        np.zeros((0, 3)),
        np.zeros((len(FIGURES), 3)),
        np.zeros(3),
    )


class TestScores:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("Exchange halts bitcoin withdrawals after hackers drain hot wallets", -1),
            ("Ether soars to a record as ETF inflows surge", 1),
            ("How do I move my SOL to a hardware wallet?", 0),
            ("The weather in Lisbon is awful", 0),
            ("", 0),
        ],
    )
    def test_plain_cases(self, scorer, text, label) -> None:
        assert label_of(float(scorer.score([text])[0])) == label

    def test_the_label_is_the_most_likely_class(self) -> None:
        for bad, neutral, good, label in ((5, 4, 0, -1), (1, 2, 1.9, 0), (0, 3, 3.1, 1)):
            told = replace(nothing_learned(), intercept=np.array([bad, neutral, good], float))
            score = float(LearnedScorer(told).score(["bitcoin"])[0])
            assert label_of(score) == label

    def test_what_is_likelier_has_the_larger_score(self) -> None:
        scores = []
        for good in (0.0, 0.5, 1.0, 2.0, 5.0):
            told = replace(nothing_learned(), intercept=np.array([0.0, 0.9, good]))
            scores.append(float(LearnedScorer(told).score(["bitcoin"])[0]))
        assert scores == sorted(scores)
        assert abs(scores[0]) <= THRESHOLD < scores[-1] <= 1

    @given(st.text(max_size=300))
    def test_any_text_has_a_finite_score(self, text: str) -> None:
        score = float(LearnedScorer().score([f"bitcoin {text}"])[0])
        assert -1 <= score <= 1

    def test_a_score_depends_on_its_text_alone(self, scorer) -> None:
        texts = ["Bitcoin crashes", "Bitcoin soars", "Bitcoin"]
        apart = [float(scorer.score([text])[0]) for text in texts]
        assert scorer.score(texts).tolist() == apart
        assert scorer.score([]).shape == (0,)

    def test_it_names_its_parts_and_its_terms(self, scorer) -> None:
        assert scorer.version == "vader-crypto-1+learned-1"
        text = "Fund outflows slow, ether jumps"
        assert scorer.explain(text) == VaderScorer().explain(text)


class TestEvidence:
    def test_known_sequences(self) -> None:
        read = VaderScorer().read("Bitcoin plunges")
        found = evidence(read.words, read.units)
        assert tuple(found) == tuple(VIEWS)
        assert found["word"] == ["<s>", "bitcoin", "plunges", "<s> bitcoin", "bitcoin plunges"]
        assert found["start"][:3] == ["<s>", "bitco", "plung"]
        assert found["stem"] == ["<s>", "bitc", "plun"]
        assert [one for one in found["outcome"] if one == "plunges-"] == ["plunges-"]

    def test_figures_have_their_names(self) -> None:
        read = VaderScorer().read("Bitcoin plunges?")
        figures = dict(zip(FIGURES, text_figures(read.words, read.units, read.score), strict=True))
        assert figures["is_bad"] == figures["question"] == 1
        assert figures["bad"] == -figures["score"] > 0
        assert figures["sum_good"] == figures["best"] == 0 or figures["best"] < 0

    def test_counts_of_each_view_have_length_one(self) -> None:
        places = {view: {} for view in VIEWS} | {"word": {"a": 0, "b": 1}, "stem": {"a": 2}}
        held = {"word": ["a", "a", "b", "unknown"], "stem": ["a"], "role": ["x"]}
        rows, counts = row_of(held, places, np.array([1.0, 2.0, 3.0]))
        tf = 1 + np.log(2)
        length = np.hypot(tf, 2.0)
        assert rows == [0, 1, 2]
        assert counts == pytest.approx([tf / length, 2 / length, 1.0])


class TestFile:
    def test_what_was_saved_is_read(self, tmp_path, monkeypatch) -> None:
        saved = load_weights("learned-1")
        (tmp_path / "weights").mkdir()
        save_weights(tmp_path / "weights" / "again.npz", saved)
        monkeypatch.setattr(weights.resources, "files", lambda _: tmp_path)
        again = load_weights("again")
        assert again.places == saved.places
        assert np.array_equal(again.of_sequences, saved.of_sequences)
        assert np.allclose(again.of_figures, saved.of_figures)

    def test_parts_that_do_not_fit_are_refused(self, tmp_path, monkeypatch) -> None:
        (tmp_path / "weights").mkdir()
        odd = replace(nothing_learned(), idf=np.zeros(2))
        save_weights(tmp_path / "weights" / "odd.npz", odd)
        monkeypatch.setattr(weights.resources, "files", lambda _: tmp_path)
        with pytest.raises(WordListRefused, match=r"weights/odd\.npz, .*must fit 0 sequences"):
            load_weights("odd")

    def test_nothing_in_it_can_be_run(self) -> None:
        file = resources.files("aurum_plugins.sentiment.scoring").joinpath("weights/learned-1.npz")
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as parts:
            assert {parts[name].dtype.kind for name in parts.files} <= {"f", "u"}


class TestFitting:
    @pytest.fixture
    def folder(self, tmp_path):
        words = {-1: "plunges badly", 0: "meets on", 1: "soars high"}
        days = ("monday", "tuesday", "friday", "sunday")
        for number in (1, 2):
            rows = [
                {"text": f"Bitcoin {word} {day} {number}", "label": label}
                for label, word in words.items()
                for day in days
            ]
            lines = [json.dumps(row) for row in [*rows, {"text": "no such thing", "label": 0}]]
            (tmp_path / f"{number}.jsonl").write_text("\n".join(lines))
        return tmp_path

    def test_it_learns_and_says_how_well(self, folder, capsys) -> None:
        target = folder / "fitted.npz"
        fit_weights.main([str(folder), "--trials"], target)
        printed = capsys.readouterr().out
        assert "1.jsonl: 1.000 of 13" in printed
        assert "all: 1.000" in printed
        assert target.exists()

    def test_labels_of_another_kind_are_refused(self, folder) -> None:
        (folder / "1.jsonl").write_text(json.dumps({"text": "bitcoin", "label": 5}))
        with pytest.raises(SystemExit, match=r"labels must be \(-1, 0, 1\)"):
            fit_weights.main([str(folder)], folder / "fitted.npz")

    def test_a_folder_without_texts(self, tmp_path, capsys) -> None:
        with pytest.raises(SystemExit):
            fit_weights.main([str(tmp_path)], tmp_path / "fitted.npz")
        assert "there is no *.jsonl" in capsys.readouterr().err
