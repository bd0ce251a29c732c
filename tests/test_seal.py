"""Sealed fields: only the row they were sealed for opens them, and a search learns nothing but equality."""

import pytest

from app.seal import Keyring, Locked

OLD, NEW = ("2025", b"o" * 32), ("2026", b"n" * 32)
PLACE = "intake.place"
WORDS = "9 Old Ferry Rd, das blaue Haus"


def a_keyring(*keys: tuple[str, bytes]) -> Keyring:
    return Keyring(keys or (NEW,), b"i" * 32)


def test_a_field_opens_for_its_own_row_and_column() -> None:
    assert a_keyring().open(PLACE, "i1", a_keyring().seal(PLACE, "i1", WORDS)) == WORDS


@pytest.mark.parametrize(("place", "row"), [(PLACE, "i2"), ("intake.words", "i1"), ("clients.place", "i1")])
def test_a_field_that_was_moved_to_another_row_or_column_is_locked(place: str, row: str) -> None:
    sealed = a_keyring().seal(PLACE, "i1", WORDS)
    with pytest.raises(Locked):
        a_keyring().open(place, row, sealed)


def test_a_field_with_any_byte_changed_is_locked() -> None:
    sealed = a_keyring().seal(PLACE, "i1", WORDS)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises((Locked, UnicodeDecodeError)):
            a_keyring().open(PLACE, "i1", bytes(changed))


def test_a_field_without_its_key_is_locked_and_says_so() -> None:
    with pytest.raises(Locked, match="not in the keyring"):
        a_keyring(OLD).open(PLACE, "i1", a_keyring(NEW).seal(PLACE, "i1", WORDS))


def test_after_a_change_of_keys_the_old_fields_open_and_new_ones_use_the_new_key() -> None:
    before = a_keyring(OLD).seal(PLACE, "i1", WORDS)
    both = a_keyring(NEW, OLD)
    assert both.open(PLACE, "i1", before) == WORDS
    assert a_keyring(NEW).open(PLACE, "i1", both.seal(PLACE, "i1", WORDS)) == WORDS


def test_the_same_words_are_never_sealed_to_the_same_bytes() -> None:
    assert len({a_keyring().seal(PLACE, "i1", WORDS) for _ in range(50)}) == 50


def test_no_field_is_an_empty_word() -> None:
    assert a_keyring().open(PLACE, "i1", None) == ""


def test_the_blind_index_tells_equal_from_different_and_kind_from_kind() -> None:
    keyring = a_keyring()
    assert keyring.blind("phone", "2185550147") == keyring.blind("phone", "2185550147")
    assert keyring.blind("phone", "2185550147") != keyring.blind("phone", "2185550148")
    assert keyring.blind("phone", "2185550147") != keyring.blind("name", "2185550147")
    assert keyring.blind("phone", "1") != Keyring((NEW,), b"x" * 32).blind("phone", "1")
