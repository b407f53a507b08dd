from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai.identifier import FINGERPRINT, claim


def test_the_first_to_come_claims_the_folder(tmp_path):
    folder = tmp_path / "models" / "mine"
    claim(folder, "abc")
    assert (folder / FINGERPRINT).read_text() == "abc"
    assert [path.name for path in folder.iterdir()] == [FINGERPRINT]


def test_the_same_settings_may_come_again(tmp_path):
    claim(tmp_path, "abc")
    written = (tmp_path / FINGERPRINT).stat().st_mtime_ns
    claim(tmp_path, "abc")
    assert (tmp_path / FINGERPRINT).stat().st_mtime_ns == written


def test_other_settings_are_refused_with_what_to_do(tmp_path):
    folder = tmp_path / "mine"
    claim(folder, "abc")
    with pytest.raises(ConfigurationError, match="choose another name, or delete") as caught:
        claim(folder, "abd")
    assert (caught.value.key, caught.value.value) == ("freqai.identifier", "mine")
    assert str(folder) in caught.value.rule
    assert (folder / FINGERPRINT).read_text() == "abc"


def test_models_of_before_are_claimed(tmp_path):
    (tmp_path / "pair_dictionary.json").write_text("{}")
    claim(tmp_path, "abc")
    with pytest.raises(ConfigurationError):
        claim(tmp_path, "")
