"""The command line's grammar: `<team or name> <state> [call] [minutes] [@hh:mm] [; note]`, more with `|`."""

import re
from dataclasses import dataclass
from typing import Final

from app.desk_steps import STEPS

PARTS_AT_MOST: Final = 5
NOTE_AT_MOST: Final = 2_000
MINUTES_BELOW: Final = 181  # a smaller number is minutes; a call's number is never that small
ANSWERS: Final = {"yes": "yes", "y": "yes", "ack": "yes", "no": "no", "n": "no"}
ASKS: Final = {"send": "send", "ask": "ask"}
STATES: Final = {word: step.code for step in STEPS for word in step.typed} | ANSWERS | ASKS
HOW: Final = "Write a team or a name, then a state: C4 ons, or Vela enr 15."
KNOWN: Final = "States: enr, stg, ons, ok, with, trn, clr, nf, ref, yes, no, send, ask."


class Unclear(Exception):
    """The line cannot be understood; the sentence says what to write. Nothing typed after a `;` is in it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Part:
    """One wish of the line. `state` is a step's code, or yes, no, send or ask; `at` is "03:10" or nothing."""

    who: str
    state: str
    call: int | None = None
    minutes: int | None = None
    at: str = ""
    note: str = ""


def read_line(line: str) -> tuple[Part, ...]:
    """What the line wishes, in order. Raises `Unclear`."""
    pieces = [piece.strip() for piece in line.split("|")]
    if not any(pieces):
        raise Unclear(HOW)
    if len(pieces) > PARTS_AT_MOST:
        raise Unclear(f"At most {PARTS_AT_MOST} at once. Send this in two lines.")
    return tuple(_part(piece) for piece in pieces)


def _part(piece: str) -> Part:
    said, _, note = piece.partition(";")
    if len(note) > NOTE_AT_MOST:
        raise Unclear(f"A note here has at most {NOTE_AT_MOST} characters. Open the call and write it there.")
    words = said.replace("@ ", "@").split()
    times = [word[1:] for word in words if word.startswith("@")]
    numbers = [word for word in words if word.isascii() and word.isdecimal()]
    rest = [word for word in words if word not in numbers and not word.startswith("@")]
    # The state is read from the end: names may have several words, states have one.
    if len(rest) < 2:
        raise Unclear(HOW if not rest else f"Which state for {rest[0]}? {KNOWN}")
    state = STATES.get(rest[-1].lower())
    if state is None:
        raise Unclear(f"{rest[-1]} is not a state. {KNOWN}")
    return Part(" ".join(rest[:-1]), state, *_numbers(numbers), at=_time(times), note=note.strip())


def _numbers(numbers: list[str]) -> tuple[int | None, int | None]:
    minutes = [int(number) for number in numbers if int(number) < MINUTES_BELOW]
    calls = [int(number) for number in numbers if int(number) >= MINUTES_BELOW]
    if len(calls) > 1 or len(minutes) > 1:
        raise Unclear("One call and one number of minutes at a time. Use | for another.")
    return (calls[0] if calls else None), (minutes[0] if minutes else None)


def _time(times: list[str]) -> str:
    if len(times) > 1:
        raise Unclear("One time at a time. Use | for another.")
    if times and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", times[0]):
        raise Unclear("Write the time as @03:10.")
    return times[0] if times else ""
