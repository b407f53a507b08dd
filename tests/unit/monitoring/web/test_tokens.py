from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import jwt
import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS, VirtualClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.web.key_file import KeyFile, key_file_of
from aurum_plugins.monitoring.web.tokens import TokenKind, TokenRefused, Tokens

NOW_MS = 1_750_000_000_000
CLAIMS = {
    "iss": "aurum monitor",
    "aud": "aurum-monitor-access",
    "sub": "anna",
    "jti": "1",
    "iat": NOW_MS // 1000,
    "exp": NOW_MS // 1000 + 60,
}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_MS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aurum_monitor.json"


@pytest.fixture
def tokens(path: Path, clock: VirtualClock) -> Tokens:
    return Tokens(KeyFile(path), clock)


def key(path: Path) -> str:
    return str(json.loads(path.read_text())["signing_key"])


def refused(tokens: Tokens, token: str, kind: TokenKind = TokenKind.ACCESS) -> None:
    with pytest.raises(TokenRefused, match=r"^the token is not accepted$"):
        tokens.check(token, kind)


def test_a_token_says_whom_it_is_for_and_until_when(tokens: Tokens) -> None:
    grant = tokens.check(tokens.issue("anna", DAY_MS), TokenKind.ACCESS)
    assert (grant.name, grant.expires_ms) == ("anna", NOW_MS + DAY_MS)


def test_two_tokens_have_different_numbers(tokens: Tokens) -> None:
    both = {tokens.check(tokens.issue("a", 9_000), TokenKind.ACCESS).number for _ in range(2)}
    assert len(both) == 2


def test_it_ends_to_the_second_without_leeway(tokens: Tokens, clock: VirtualClock) -> None:
    token = tokens.issue("anna", DAY_MS)
    clock.advance(DAY_MS - 1)
    tokens.check(token, TokenKind.ACCESS)
    clock.advance(1)
    refused(tokens, token)


def test_the_key_is_its_owners_alone(tokens: Tokens, path: Path) -> None:
    tokens.issue("anna", DAY_MS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key(path)) >= 43


def test_checking_makes_no_key(tokens: Tokens, path: Path) -> None:
    refused(tokens, jwt.encode(CLAIMS, "k" * 64, "HS256"))
    assert not path.exists()
    with pytest.raises(TokenRefused):
        tokens.begin_session("anything")


def test_a_hand_made_token_with_every_claim_is_accepted(tokens: Tokens, path: Path) -> None:
    """So that the refusals below are due to the one thing each of them changes."""
    tokens.issue("anna", DAY_MS)
    assert tokens.check(jwt.encode(CLAIMS, key(path), "HS256"), TokenKind.ACCESS).name == "anna"


@pytest.mark.parametrize("missing", sorted(CLAIMS))
def test_every_claim_is_needed(missing: str, tokens: Tokens, path: Path) -> None:
    tokens.issue("anna", DAY_MS)
    claims = {name: value for name, value in CLAIMS.items() if name != missing}
    refused(tokens, jwt.encode(claims, key(path), "HS256"))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"aud": "aurum-monitor-session"},
        {"aud": ["other"]},
        {"exp": "never"},
        {"exp": True},
        {"exp": 1e300},
        {"exp": None},
        {"exp": NOW_MS // 1000},
    ],
)
def test_every_claim_is_looked_at(changed: dict[str, object], tokens: Tokens, path: Path) -> None:
    tokens.issue("anna", DAY_MS)
    refused(tokens, jwt.encode({**CLAIMS, **changed}, key(path), "HS256"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused_although_the_key_is_right(
    algorithm: str, tokens: Tokens, path: Path
) -> None:
    tokens.issue("anna", DAY_MS)
    refused(tokens, jwt.encode(CLAIMS, key(path), algorithm))


@pytest.mark.parametrize("name", ["none", "None", "NONE"])
def test_no_algorithm_is_none_of_ours(name: str, tokens: Tokens) -> None:
    tokens.issue("anna", DAY_MS)
    parts = [{"alg": name, "typ": "JWT"}, CLAIMS]
    head, claims = (base64.urlsafe_b64encode(json.dumps(p).encode()).decode() for p in parts)
    for signature in ("", "AAAA"):
        refused(tokens, f"{head.rstrip('=')}.{claims.rstrip('=')}.{signature}")


def test_another_key_is_refused(tokens: Tokens) -> None:
    tokens.issue("anna", DAY_MS)
    refused(tokens, jwt.encode(CLAIMS, "k" * 64, "HS256"))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_changed_letter_is_found(part: int, tokens: Tokens) -> None:
    parts = tokens.issue("anna", DAY_MS).split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    refused(tokens, ".".join(parts))


@pytest.mark.parametrize("junk", ["", ".", "..", "a.b.c", "é.é.é", "\x00", "x" * 100_000, "a" * 9])
def test_junk_is_refused(junk: str, tokens: Tokens) -> None:
    tokens.issue("anna", DAY_MS)
    refused(tokens, junk)


def test_a_session_is_no_token_and_a_token_no_session(tokens: Tokens) -> None:
    token = tokens.issue("anna", DAY_MS)
    session, seconds = tokens.begin_session(token)
    assert seconds == 12 * 3600
    assert tokens.check(session, TokenKind.SESSION).name == "anna"
    refused(tokens, session)
    refused(tokens, token, TokenKind.SESSION)
    with pytest.raises(TokenRefused):
        tokens.begin_session(session)


def test_a_session_outlives_neither_half_a_day_nor_its_token(
    tokens: Tokens, clock: VirtualClock
) -> None:
    long, _ = tokens.begin_session(tokens.issue("anna", DAY_MS))
    short, seconds = tokens.begin_session(tokens.issue("anna", HOUR_MS))
    assert seconds == 3600
    clock.advance(HOUR_MS)
    refused(tokens, short, TokenKind.SESSION)
    tokens.check(long, TokenKind.SESSION)
    clock.advance(11 * HOUR_MS)
    refused(tokens, long, TokenKind.SESSION)


def test_an_ended_session_is_of_no_use_to_anybody(tokens: Tokens, clock: VirtualClock) -> None:
    token = tokens.issue("anna", DAY_MS)
    (ended, _), (other, _) = tokens.begin_session(token), tokens.begin_session(token)
    tokens.end_session(ended)
    tokens.end_session("no session at all")
    refused(tokens, ended, TokenKind.SESSION)
    tokens.check(other, TokenKind.SESSION)
    clock.advance(12 * HOUR_MS)
    third, _ = tokens.begin_session(token)
    tokens.end_session(third)
    assert len(tokens._ended) == 1, "what has expired need not be remembered"


def test_a_new_key_ends_everything_also_in_a_process_that_runs(
    tokens: Tokens, path: Path, clock: VirtualClock
) -> None:
    token = tokens.issue("anna", DAY_MS)
    session, _ = tokens.begin_session(token)
    KeyFile(path).replace()
    refused(tokens, token)
    refused(tokens, session, TokenKind.SESSION)
    tokens.check(Tokens(KeyFile(path), clock).issue("anna", DAY_MS), TokenKind.ACCESS)


def test_without_its_file_no_token_is_accepted(tokens: Tokens, path: Path) -> None:
    token = tokens.issue("anna", DAY_MS)
    tokens.check(token, TokenKind.ACCESS)
    path.unlink()
    refused(tokens, token)


@pytest.mark.parametrize("content", ["", "{}", '{"signing_key": "short"}', "[]", "\x00"])
def test_a_file_that_makes_no_sense_is_no_key(
    content: str, tokens: Tokens, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text(content)
    for _ in range(3):
        refused(tokens, jwt.encode(CLAIMS, "short".ljust(64), "HS256"))
    assert len(caplog.records) == 1, "said once"
    assert str(path) in caplog.text
    assert "short" not in caplog.text
    with pytest.raises(ConfigurationError, match="does not hold valid credentials"):
        tokens.issue("anna", DAY_MS)


def test_neither_errors_nor_reprs_show_a_key(tokens: Tokens, path: Path) -> None:
    tokens.issue("anna", DAY_MS)
    secret = key(path)
    file = KeyFile(path)
    assert secret not in repr(file.read())
    assert secret not in repr(vars(tokens)) + repr(vars(file))


def test_the_file_is_in_the_user_data_folder() -> None:
    assert key_file_of({}).path == Path("user_data/aurum_monitor.json")
    assert key_file_of({"user_data_dir": "/data"}).path == Path("/data/aurum_monitor.json")


def test_a_key_that_goes_between_two_looks_begins_no_session(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tokens.issue("anna", DAY_MS)
    keys = [tokens._key_file.read(), None]
    monkeypatch.setattr(tokens._key_file, "read", lambda: keys.pop(0))
    with pytest.raises(TokenRefused):
        tokens.begin_session(token)
