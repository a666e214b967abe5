"""What an edit does to a text: the scalars that differ, and the comments."""

from __future__ import annotations

from pgcfglint.fix.yamltext import comments, differences

TEXT = """\
# top
a: 1  # one
b:
  - x # two
  # three
c: |
  no # comment
"""


def test_comments_are_told() -> None:
    found = "".join(comments(TEXT) or ())
    assert [word for word in ("top", "one", "two", "three", "no") if f"# {word}" in found] == [
        "top", "one", "two", "three",
    ]  # fmt: skip


def test_a_lost_comment_differs_though_no_scalar_does() -> None:
    lost = TEXT.replace("  # one", "")
    assert differences(TEXT, lost) == []
    assert comments(TEXT) != comments(lost)


def test_an_edited_scalar_leaves_the_comments() -> None:
    edited = TEXT.replace("a: 1", "a: 2")
    assert differences(TEXT, edited) == [2]
    assert comments(TEXT) == comments(edited)


def test_what_cannot_be_read_has_none() -> None:
    assert comments("a: 'b") is None
