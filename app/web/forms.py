"""Reading forms: each field is tidied, bounded, and refused with a sentence that says what to write."""

import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

LINE, WORDS = 200, 8_000


class BadFields(Exception):
    """One or more fields cannot be taken. `sentences` maps field names to what to do; nothing typed is in it."""

    def __init__(self, sentences: dict[str, str]) -> None:
        super().__init__(", ".join(sentences))
        self.sentences = sentences


# Control characters and lone surrogates. A table, so that a body of one megabyte costs milliseconds.
_DROPPED = dict.fromkeys(
    code for code in (*range(32), *range(127, 160), *range(0xD800, 0xE000)) if chr(code) not in "\n\t"
)


def tidy(text: str) -> str:
    """Text in NFC without control characters (line breaks and tabs stay) and without blanks at its ends."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_DROPPED)).strip()


class Form:
    """A submitted form. Every reading notes what is wrong; `done()` raises them together as `BadFields`."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._wrong: dict[str, str] = {}

    def has(self, name: str) -> bool:
        """Was the field sent at all?"""
        return name in self._given

    def line(self, name: str, *, most: int = LINE, needed: str = "") -> str:
        """One line of text. `needed` is the sentence when it is empty and must not be."""
        return " ".join(self.words(name, most=most, needed=needed).split())

    def words(self, name: str, *, most: int = WORDS, needed: str = "") -> str:
        """Free text."""
        text = tidy(self._said(name))
        if needed and not text:
            self.wrong(name, needed)
        if len(text) > most:
            self.wrong(name, f"Write at most {most} characters. This is {len(text)}.")
            return text[:most]
        return text

    def choice(self, name: str, among: Collection[str], *, needed: str = "") -> str:
        """One of the codes, or an empty string when it is not needed."""
        given = self._said(name).strip()
        if given in among or (not given and not needed):
            return given
        self.wrong(name, needed or "Choose one from the list.")
        return ""

    def several(self, name: str, among: Collection[str], *, needed: str = "") -> tuple[str, ...]:
        """The codes that were ticked, in the order of the list."""
        form = self._given
        given = form.getlist(name) if isinstance(form, MultiDict) else [form.get(name, "")]
        ticked = {code.strip() for code in given if code.strip()}
        if not ticked <= set(among):
            self.wrong(name, "Choose from the list.")
        if needed and not ticked:
            self.wrong(name, needed)
        return tuple(code for code in among if code in ticked)

    def whole(self, name: str, low: int, high: int, *, needed: str = "", such: str = "") -> int | None:
        """A whole number, or None when it is not needed and not given. `such` is the sentence of a wrong one."""
        given = self._said(name).strip()
        if not given and not needed:
            return None
        if not (given.isascii() and given.isdecimal() and len(given) < 9 and low <= int(given) <= high):
            self.wrong(name, needed or such or f"Write a whole number from {low} to {high}.")
            return None
        return int(given)

    def day(
        self, name: str, *, earliest: date = date(1900, 1, 1), latest: date = date(2999, 12, 31)
    ) -> date | None:
        """A calendar date "2026-11-21" within bounds, or None when empty."""
        given = self._said(name).strip()
        if not given:
            return None
        try:
            day = date.fromisoformat(given[:10])
        except ValueError:
            self.wrong(name, "Write a date as 2026-11-21.")
            return None
        if not earliest <= day <= latest:
            self.wrong(name, f"Write a date from {earliest.isoformat()} to {latest.isoformat()}.")
            return None
        return day

    def moment(self, name: str, zone: str, *, needed: str, second: bool = False) -> datetime | None:
        """A local date and time "2026-11-10T19:00" as an instant. A time that the clocks skip is refused; of
        one that comes twice the first is meant, or the second if `second`."""
        given = self._said(name).strip()
        try:
            wall = datetime.strptime(given[:16], "%Y-%m-%dT%H:%M")
        except ValueError:
            self.wrong(name, needed)
            return None
        if not 2000 <= wall.year < 2100:
            self.wrong(name, "Write a date between 2000 and 2099.")
            return None
        there = ZoneInfo(zone)
        instant = wall.replace(tzinfo=there, fold=int(second)).astimezone(UTC)
        if instant.astimezone(there).replace(tzinfo=None) != wall:
            self.wrong(name, "The clocks skip that time on that night. Write one hour later.")
            return None
        return instant

    def local_time(self, name: str, zone: str, now: datetime) -> datetime | None:
        """A wall-clock time "03:30" as the nearest such instant within half a day of now, or a full local date and
        time "2026-11-10T03:30"; None when empty."""
        given = self._said(name).strip()
        if not given:
            return None
        local_now = now.astimezone(ZoneInfo(zone))
        try:
            if len(given) > 5:
                local = datetime.fromisoformat(given).replace(tzinfo=ZoneInfo(zone))
                return local.astimezone(UTC)
            hours, _, minutes = given.partition(":")
            local = local_now.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)
        except (ValueError, OverflowError):
            self.wrong(name, "Write a time as 03:30.")
            return None
        half_day = timedelta(hours=12)
        if local - local_now > half_day:
            local -= timedelta(days=1)
        elif local_now - local > half_day:
            local += timedelta(days=1)
        return local.astimezone(UTC)

    def _said(self, name: str) -> str:
        # A script may send a number or a list where words belong: that is nothing we can read.
        given = self._given.get(name, "")
        return given if isinstance(given, str) else ""

    def wrong(self, name: str, sentence: str) -> None:
        """Note that a field cannot be taken."""
        self._wrong.setdefault(name, sentence)

    @property
    def sentences(self) -> dict[str, str]:
        """What is wrong so far, by field."""
        return dict(self._wrong)

    def done(self) -> None:
        """Raise `BadFields` when anything was wrong."""
        if self._wrong:
            raise BadFields(self._wrong)
