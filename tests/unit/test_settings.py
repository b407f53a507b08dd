"""A section of the configuration, read and refused."""

from __future__ import annotations

import copy
import math
import traceback
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.settings import Section


class LampSettings(Section):
    section = "house.hall.lamp"

    watts: int = Field(default=60, ge=1)
    share: float = 0.5
    colours: tuple[str, ...] = ()
    pair: tuple[int, ...] = (1, 2)

    @field_validator("pair")
    @classmethod
    def _two(cls, pair: tuple[int, ...]) -> tuple[int, ...]:
        if len(pair) != 2:
            raise ValueError("must hold two")
        return pair


class AccountSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = ""
    password: SecretStr = SecretStr("")
    token: SecretStr | None = None


class DoorSettings(Section):
    section = "door"

    account: AccountSettings = AccountSettings()
    accounts: Mapping[str, AccountSettings] = Field(default_factory=dict)


def lamp(**settings: object) -> dict[str, object]:
    return {"house": {"hall": {"lamp": settings}}}


class TestReading:
    @pytest.mark.parametrize(
        "config", [{}, {"house": {}}, {"house": {"hall": {}}}, lamp(), {"garden": {"lamp": 7}}]
    )
    def test_what_is_absent_has_its_default(self, config) -> None:
        assert LampSettings.from_config(config) == LampSettings()

    def test_what_is_given_counts(self) -> None:
        got = LampSettings.from_config(lamp(watts=40, share=0.25))
        assert (got.watts, got.share, got.colours) == (40, 0.25, ())
        assert got.model_fields_set == {"watts", "share"}

    def test_a_list_becomes_a_tuple(self) -> None:
        assert LampSettings.from_config(lamp(colours=["red", "blue"])).colours == ("red", "blue")
        assert LampSettings.from_config(lamp(colours=("red",))).colours == ("red",)
        assert LampSettings.from_config(lamp(colours=[])).colours == ()

    def test_a_whole_number_will_do_for_a_share(self) -> None:
        share = LampSettings.from_config(lamp(share=1)).share
        assert share == 1.0
        assert type(share) is float

    def test_any_mapping_will_do(self) -> None:
        inner = MappingProxyType({"lamp": MappingProxyType({"watts": 7})})
        config = MappingProxyType({"house": MappingProxyType({"hall": inner})})
        assert LampSettings.from_config(config).watts == 7

    def test_other_keys_beside_the_section_are_not_its_business(self) -> None:
        config = lamp(watts=7)
        config["house"]["hall"]["carpet"] = 3
        assert LampSettings.from_config(config).watts == 7

    def test_the_configuration_is_left_alone(self) -> None:
        config = lamp(watts=40, colours=["red"])
        before = copy.deepcopy(config)
        LampSettings.from_config(config)
        assert config == before

    def test_settings_do_not_change(self) -> None:
        settings = LampSettings.from_config(lamp(watts=40))
        with pytest.raises(ValidationError, match="frozen"):
            settings.watts = 60
        assert settings.watts == 40


class TestRefusing:
    def test_an_unknown_key_and_what_is_known(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            LampSettings.from_config(lamp(wats=40))
        assert caught.value.key == "house.hall.lamp.wats"
        assert caught.value.rule == "unknown setting; known are colours, pair, share, watts"
        assert caught.value.value == "wats"
        assert str(caught.value) == (
            "house.hall.lamp.wats: unknown setting; known are colours, pair, share, watts "
            "(got 'wats')"
        )
        assert isinstance(caught.value, AurumError)
        # Its text would tell the value, which may be a secret.
        assert caught.value.__cause__ is None

    def test_the_name_of_the_section_is_no_setting(self) -> None:
        with pytest.raises(ConfigurationError, match=r"^house\.hall\.lamp\.section: unknown"):
            LampSettings.from_config(lamp(section="cellar"))

    @pytest.mark.parametrize(
        ("setting", "value", "message"),
        [
            ("watts", "40", r"watts: Input should be a valid integer \(got '40'\)"),
            ("watts", 40.0, r"watts: Input should be a valid integer \(got 40\.0\)"),
            ("watts", True, r"watts: Input should be a valid integer \(got True\)"),
            ("watts", None, r"watts: Input should be a valid integer \(got None\)"),
            ("watts", 0, r"watts: Input should be greater than or equal to 1 \(got 0\)"),
            ("share", "0.5", r"share: Input should be a valid number \(got '0\.5'\)"),
            ("share", True, r"share: Input should be a valid number \(got True\)"),
            ("share", math.inf, r"share: Input should be a finite number \(got inf\)"),
            ("share", math.nan, r"share: Input should be a finite number \(got nan\)"),
            ("colours", "red", r"colours: must be a list \(got 'red'\)"),
            ("colours", None, r"colours: must be a list \(got None\)"),
            ("colours", {"red": 1}, r"colours: must be a list \(got \{'red': 1\}\)"),
            ("pair", [1], r"pair: must hold two \(got \[1\]\)"),
            ("colours", ["red", 7], r"colours\.1: Input should be a valid string \(got 7\)"),
        ],
    )
    def test_a_value_of_the_wrong_type_or_out_of_range(self, setting, value, message) -> None:
        with pytest.raises(ConfigurationError, match=rf"^house\.hall\.lamp\.{message}$"):
            LampSettings.from_config(lamp(**{setting: value}))

    @pytest.mark.parametrize("value", [None, 7, "lamp", True, [], [{"watts": 40}]])
    @pytest.mark.parametrize("path", ["house", "house.hall", "house.hall.lamp"])
    def test_a_path_that_is_no_object_is_named_where_it_ends(self, path, value) -> None:
        config = value
        for name in reversed(path.split(".")):
            config = {name: config}
        with pytest.raises(ConfigurationError, match="must be an object of settings") as caught:
            LampSettings.from_config(config)
        assert caught.value.key == path
        assert caught.value.value == value


class TestSecrets:
    """What may be one is not in the error."""

    @pytest.mark.parametrize(
        ("given", "match"),
        [
            (
                {"account": {"passwort": "hunter2"}},
                r"account\.passwort: unknown setting; known are name, password, token \(",
            ),
            (
                {"accounts": {"one": {"passwort": "hunter2"}}},
                r"one\.passwort: unknown setting; known are name, password, token \(",
            ),
            ({"account": {"token": ["hunter2"]}}, r"account\.token: Input should be a valid"),
            ({"account": {"password": ["hunter2"]}}, r"account\.password: Input should be a valid"),
            ({"account": {"name": 7}}, r"account\.name: Input should be a valid string \(got 7\)"),
            ({"password": "hunter2"}, r"password: unknown setting; known are account, accounts"),
        ],
    )
    def test_they_are_not_told(self, given, match) -> None:
        with pytest.raises(ConfigurationError, match=match) as caught:
            DoorSettings.from_config({"door": given})
        error = caught.value
        assert "hunter2" not in "".join(traceback.format_exception(error))
