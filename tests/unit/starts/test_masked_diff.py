"""A diff shows what changed, and no secret: not in values, names of sections, or comments."""

from __future__ import annotations

import difflib

import pytest
import rapidjson
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.configuration_json import parsed_json
from aurum_plugins.redaction import Redactor
from aurum_plugins.starts.masked_diff import masked_diff
from aurum_plugins.starts.masked_lines import masked_lines


def diff(old: str | None, new: str | None) -> list[str]:
    both = (None if text is None else text.encode() for text in (old, new))
    return masked_diff(*both, "then", "now")


def lines(text: str) -> list[str]:
    return masked_lines(text, Redactor(parsed_json(text)))


OLD = """{
    "stake_amount": 100,  // quote currency
    "max_open_trades": 3,
    "exchange": {
        "name": "binance",
        "key": "abcd",
        "secret": "efgh"
    }
}
"""


def test_what_changed_is_shown_with_its_surroundings() -> None:
    assert diff(OLD, OLD.replace("100", "200")) == [
        "--- then",
        "+++ now",
        "@@ -1,5 +1,5 @@",
        " {",
        '-    "stake_amount": 100,  // quote currency',
        '+    "stake_amount": 200,  // quote currency',
        '     "max_open_trades": 3,',
        '     "exchange": {',
        '         "name": "binance",',
    ]


def test_a_secret_that_changed_shows_as_two_masked_lines() -> None:
    shown = diff(OLD, OLD.replace("efgh", "ijkl"))
    assert shown[-5:] == [
        '-        "secret": "***"',
        '+        "secret": "***"',
        "     }",
        " }",
        " ",
    ]


def test_equal_files_have_no_diff() -> None:
    assert diff(OLD, OLD) == diff(None, None) == []


def test_a_file_that_is_not_there_is_shown_as_empty() -> None:
    assert diff(None, '{"a": 1}')[2:] == ["@@ -0,0 +1,1 @@", '+{"a": 1}']
    assert diff('{"a": 1}', None)[2:] == ["@@ -1,1 +0,0 @@", '-{"a": 1}']


@pytest.mark.parametrize("torn", ['{"key": "abcd', '["abcd"]', '{"a": 1}\nabcd', "\ufeff{}"])
def test_nothing_is_quoted_of_what_freqtrade_cannot_read(torn) -> None:
    shown = diff(OLD, torn)
    assert shown[:2] == ["--- then", "+++ now"]
    assert shown[2:] == [
        "now is no JSON that freqtrade can read; no line is shown, as it may hold a secret"
    ]


def test_bytes_that_are_no_text_are_not_quoted() -> None:
    assert masked_diff(b"\xff{}", b"{}", "then", "now")[2].startswith("then is no JSON")


@given(st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcde")))
def test_it_is_a_unified_diff(old, new) -> None:
    texts = ["{\n" + "\n".join(f'"{name}": 1,' for name in names) + "\n}" for names in (old, new)]
    expected = difflib.unified_diff(
        *(text.split("\n") for text in texts), "then", "now", lineterm=""
    )
    assert diff(*texts) == [_with_lengths(line) for line in expected]


def _with_lengths(line: str) -> str:
    """`unified_diff` leaves a length of 1 out; a range with it means the same."""
    if not line.startswith("@@"):
        return line
    parts = [part if "," in part else f"{part},1" for part in line.split()[1:3]]
    return f"@@ {parts[0]} {parts[1]} @@"


class TestMasking:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ('{"key": "s3", "name": "s3x"}', '{"key": "***", "name": "s3x"}'),
            ('{"chat_id": 123456}', '{"chat_id": ***}'),
            ('{"token": "", "secret": null}', '{"token": "", "secret": null}'),
            ('{"\\u006bey": "s3"}', '{"\\u006bey": "***"}'),
            ('{"secret": "a\\"b", "x": 1}', '{"secret": "***", "x": 1}'),
            ('{"key" /* here */ : // there\n "s3"}', '{"key" /* here */ : // there\n "***"}'),
            (
                '{"webhook": {"a": {"b": [1, "c"]}, "on": true}, "d": 1}',
                '{"webhook": {"a": {"b": [***, "***"]}, "on": true}, "d": 1}',
            ),
            ('{"a": "https://me:pw@host/x"}', '{"a": "https://***@host/x"}'),
            ('{"a": {"key": "abcd"}, "b": "abcd!"}', '{"a": {"key": "***"}, "b": "***!"}'),
            ('{"uid": -1.5e3, "a": -1}', '{"uid": ***, "a": -1}'),
        ],
    )
    def test_values(self, text, shown) -> None:
        assert "\n".join(lines(text)) == shown

    @pytest.mark.parametrize(
        ("comment", "shown"),
        [
            ('// "key": "old"', '// "key": ***'),
            ("// secret = old", "// secret = ***"),
            ('/* "a": 1, "token": "old" */', '/* "a": 1, "token": ***'),
            ("// stake: 5", "// stake: 5"),
            ("// abcdefgh12345678", "// ***"),
            ("// " + "a: " * 2_000 + "key: old", "// " + "a: " * 2_000 + "key: ***"),
            ("// see docs/configuration.md, https://a.b/c", None),
        ],
    )
    def test_comments(self, comment, shown) -> None:
        assert lines(f'{{"a": 1}}\n{comment}')[1] == (shown or comment)

    def test_what_a_terminal_would_obey_is_not_printed(self) -> None:
        shown = lines("{}\r\n// \x1b[31m red\t1")
        assert shown == ["{}", "// \N{REPLACEMENT CHARACTER}[31m red    1"]

    def test_a_secret_of_line_ends_leaves_the_lines_as_they_are(self) -> None:
        assert lines('{"key": "\\n\\n\\n\\n"}\n\n\n\n\n') == ['{"key": "***"}', *[""] * 5]

    @given(st.text(min_size=1).filter(lambda text: text not in "***"), st.integers(0, 3))
    def test_no_value_under_a_secret_name_survives(self, secret, depth) -> None:
        value: object = secret
        for _ in range(depth):
            value = {"inner": [value]}
        marked = f"<{secret}>"
        text = rapidjson.dumps({"exchange": {"password": value, "other": 1, "secret": marked}})
        shown = "\n".join(lines(text))
        assert rapidjson.dumps(marked)[1:-1] not in shown
        plain = rapidjson.loads(shown)["exchange"]["password"]
        assert rapidjson.dumps(plain).replace("***", "").count(rapidjson.dumps(secret)) == 0

    @given(st.text())
    def test_every_character_of_what_can_be_read_is_looked_at(self, text) -> None:
        from aurum_plugins.starts.masked_lines import _PIECE

        for around in (f"{{}}//{text}".partition("\n")[0], rapidjson.dumps({text: [text, 1.5]})):
            assert "".join(_PIECE.findall(around)) == around
