"""Files that know whether a person changed them."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from memsyncd.service.seal import SEAL, is_untouched, seal

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, texts)
def test_what_was_sealed_is_untouched(before: str, after: str) -> None:
    assert is_untouched(seal(f"{before}{SEAL}{after}"))


@given(texts, texts, texts)
def test_any_other_text_around_the_checksum_is_touched(before: str, after: str, other: str) -> None:
    assume(other != after)
    sealed = seal(f"{before}{SEAL}{after}")
    changed = sealed.removesuffix(after.encode()) + other.encode()
    assert not is_untouched(changed)


def test_line_ends_and_the_checksum_itself_are_part_of_the_seal() -> None:
    sealed = seal(f"# {SEAL}\n[Unit]\n")
    assert not is_untouched(sealed.replace(b"\n", b"\r\n"))
    assert not is_untouched(sealed.replace(b": ", b": 1", 1))
    assert not is_untouched(sealed + sealed)


def test_a_file_of_somebody_else_is_not_ours() -> None:
    assert not is_untouched(b"")
    assert not is_untouched(b"[Service]\nExecStart=/bin/true\n")
