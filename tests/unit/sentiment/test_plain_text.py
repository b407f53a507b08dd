from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.sentiment.plain_text import plain_text
from aurum_plugins.sentiment.post import LONGEST_TEXT


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ("Bitcoin falls", "Bitcoin falls"),
        ("<p>Bitcoin</p><p>falls</p>", "Bitcoin falls"),
        ("bit<b>coin</b> fell<br/>hard", "bitcoin fell hard"),
        ("Price &lt;b&gt; 3 &amp; 4 &#8217;s", "Price <b> 3 & 4 \u2019s"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("a<script>alert('x<b>')</script>b<style>p{}</style>c", "abc"),
        ("a<SCRIPT src=x>never closed", "a"),
        ("a<!-- not <b> this -->b<!-- nor this", "ab"),
        ("a<![CDATA[x]]>b<?php echo ?>c<!doctype html>d", "abcd"),
        ("hacked\u202edekcah\u200b\u0000\ufeff\ud800", "hackeddekcah"),
        ("tab\tline\r\nno\u00a0break\u2028end", "tab line no break end"),
        ("\U0001d401\U0001d422\U0001d42d\uff43\uff4f\uff49\uff4e", "Bitcoin"),
        ("🚀 to the moon", "🚀 to the moon"),
        ("&#99999999999999999999;x", "x"),
        ("  ", ""),
        ("", ""),
    ],
)
def test_known_answers(told: str, plain: str) -> None:
    assert plain_text(told) == plain


@pytest.mark.parametrize(
    ("parts", "plain"),
    [
        (("Title", "Body"), "Title. Body"),
        (("Title?", "Body"), "Title? Body"),
        (("", "Body"), "Body"),
        (("Title", "<p></p>"), "Title"),
        (("Title", "Title and more"), "Title and more"),
        (("Title…", "Title and more"), "Title and more"),
        ((), ""),
    ],
)
def test_parts_are_joined_as_sentences(parts: tuple[str, ...], plain: str) -> None:
    assert plain_text(*parts) == plain


def test_without_markup_only_entities_are_resolved() -> None:
    assert plain_text("a <b> &amp; c", markup=False) == "a <b> & c"


def test_long_texts_are_cut_at_a_word() -> None:
    assert plain_text("word " * 1_000) == ("word " * 400).strip()
    assert plain_text("x" * 5_000) == "x" * LONGEST_TEXT
    assert plain_text("one two three", longest=9) == "one two"
    assert plain_text("one two three", longest=7) == "one two"


def test_markup_that_is_cut_at_the_longest_read_takes_no_harm() -> None:
    assert plain_text("<i>" * 10_000 + "late") == "<"


@pytest.mark.parametrize(
    "piece",
    ["<", "</", "<a ", "<!", "<!--", "<script>", "<style></styl", "&", "a\u0301\u0316", "<a b='"],
)
def test_no_text_takes_long(piece: str) -> None:
    began_s = time.perf_counter()
    assert len(plain_text(piece * 100_000)) <= LONGEST_TEXT
    assert time.perf_counter() - began_s < 0.5


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=3), st.booleans())
def test_whatever_comes_is_one_plain_line(parts: list[str], markup: bool) -> None:
    text = plain_text(*parts, markup=markup, longest=100)
    assert text == " ".join(text.split())
    assert text.isprintable()
    assert len(text) <= 100
    text.encode()
