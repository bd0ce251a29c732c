"""Staff, credentials and rotas out of a CSV file: every line taken or refused with a reason, nothing by halves."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from app.journal import Entry, append
from app.rota.bars import rebar
from app.rota.load import rules_of
from app.rota.shifts import AHEAD_AT_MOST, LONGEST
from app.rota.staff_lines import KINDS, MISFIT, READERS, House, Values
from app.shell import Shell
from app.tables import people, programs, shifts
from dispatch.rota.final import final
from dispatch.value import Refused, require

BYTES_AT_MOST = 4 * 1024 * 1024
LINES_AT_MOST = 20_000
NO_HEADER = (
    "The first line must name the columns: name, email, roles (staff); email, kind (credentials); email, training, "
    "hours, done_on (training); or email, tier, starts_at, ends_at (rota)."
)


@dataclass(frozen=True)
class Said:
    """What became of one line of the file: taken, or why not. `line` is its number as an editor shows it."""

    line: int
    what: str
    why: str = ""


@dataclass(frozen=True)
class Report:
    """What the file was, what became of each line, and whether anything was written. `seq` is the journal's."""

    kind: str
    said: tuple[Said, ...]
    written: bool
    seq: int = 0

    @property
    def taken(self) -> int:
        """How many lines are good."""
        return sum(not one.why for one in self.said)

    @property
    def refused(self) -> int:
        """How many lines are not."""
        return len(self.said) - self.taken


def take_file(
    connection: Connection,
    shell: Shell,
    program: str,
    by: str,
    body: bytes,
    *,
    take_good: bool,
    write: bool = True,
) -> Report:
    """Read the file and, unless a line is wrong, write all of it; with `take_good` the good lines are written in
    any case. Raises `Refused` when it is no such file."""
    kind, rows = _rows(body)
    house = _look(connection, program, by, shell.clock.now(), kind)
    read, table = READERS[kind]
    said: list[Said] = []
    good: list[Values] = []
    for line, row in rows:
        try:
            what, values = read(row, house)
        except Refused as refused:
            said.append(Said(line, " ".join(row.values())[:60], refused.sentence))
        else:
            said.append(Said(line, what))
            good.append(values)
    clean = len(good) == len(said)
    if not write or not good or not (clean or take_good):
        return Report(kind, tuple(said), written=False)
    connection.execute(table.insert(), good)
    rebar(connection, program, shell.clock.now())
    return Report(kind, tuple(said), True, _note(connection, shell, program, by, kind, good))


def import_file(shell: Shell, program: str, body: bytes, *, take_good: bool) -> Report:
    """The same from the command line, in the name of the program's first admin. Raises `Refused`."""
    with shell.store.write() as connection:
        admins = connection.execute(
            select(people.c.id, people.c.roles)
            .where(people.c.program == program, people.c.active)
            .order_by(people.c.created_at, people.c.id)
        )
        by = next((row.id for row in admins if "admin" in row.roles), None)
        require(by is not None, "This program has no admin yet. Run `standby admin create` first.")
        assert by is not None
        return take_file(connection, shell, program, by, body, take_good=take_good)


def _note(connection: Connection, shell: Shell, program: str, by: str, kind: str, good: list[Values]) -> int:
    now = shell.clock.now()
    names = {
        "staff": "PersonAdded",
        "credentials": "CredentialAdded",
        "training": "TrainingAdded",
        "rota": "ShiftAdded",
    }
    entries = [
        Entry(program, str(row.get("person", row["id"])), now, by, "file", names[kind], '{"file": true}')
        for row in good
    ]
    return append(connection, shell.settings.journal_key, shell.keyring, entries, now)


def _rows(body: bytes) -> tuple[str, list[tuple[int, dict[str, str]]]]:
    """The kind of file, and its lines with their numbers."""
    require(len(body) <= BYTES_AT_MOST, "That file is larger than 4 MB. Split it.")
    text = _decoded(body)
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [column.strip().lower().replace(" ", "_") for column in next(reader, [])]
        kind = _kind(columns)
        rows: list[tuple[int, dict[str, str]]] = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            require(len(rows) < LINES_AT_MOST, f"That file has more than {LINES_AT_MOST} lines. Split it.")
            row = {name: _cell(cell) for name, cell in zip(columns, cells, strict=False)}
            row[MISFIT] = (
                ""
                if len(cells) == len(columns)
                else f"It has {len(cells)} cells where the header has {len(columns)}."
            )
            rows.append((reader.line_num, row))
    except csv.Error:
        raise Refused("That file is not readable as CSV. Save it again as CSV with commas.") from None
    require(rows, "There is no line below the header.")
    return kind, rows


def _decoded(body: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else what Excel writes on an old Windows."""
    for encoding in ("utf-16",) if body[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise Refused("The letters of that file cannot be read. Save it as CSV in UTF-8.")


def _kind(columns: list[str]) -> str:
    there = set(columns)
    require(len(there) == len(columns), "A column stands twice in the header.")
    for kind, (needed, possible) in KINDS.items():
        if needed <= there:
            unknown = sorted(there - needed - possible)
            require(
                not unknown,
                f"There is no column {', '.join(unknown)[:80]} in a {kind} file. "
                f"It may have: {', '.join(sorted(needed | possible))}.",
            )
            return kind
    raise Refused(NO_HEADER)


def _cell(text: str) -> str:
    # A quote before a sign of calculation is how spreadsheets are kept from calculating; it is not part of it.
    tidy = " ".join("".join(letter for letter in text if letter.isprintable()).split())
    return tidy[1:] if len(tidy) > 1 and tidy[0] == "'" and tidy[1] in "=+-@" else tidy


def _look(connection: Connection, program: str, by: str, now: datetime, kind: str) -> House:
    zone = ZoneInfo(connection.scalar(select(programs.c.zone).where(programs.c.id == program)) or "UTC")
    house = House(program, by, zone, now)
    for row in connection.execute(
        select(
            people.c.id,
            people.c.email,
            people.c.phone,
            people.c.program,
            people.c.name,
            people.c.roles,
            people.c.active,
        )
    ):
        house.emails.add(row.email)
        if row.active and row.phone:
            house.phones.add(row.phone)
        if row.program == program and row.active:
            house.by_email[row.email] = row
    if kind == "rota":
        end = now + AHEAD_AT_MOST + LONGEST
        for one in final(rules_of(connection, program, now, end), now, end):
            house.spans.setdefault(one.person, []).append((one.starts_at, one.ends_at))
        places = select(shifts.c.tier, func.max(shifts.c.place_in_line)).where(shifts.c.program == program)
        house.place = {
            tier: int(last) + 1 for tier, last in connection.execute(places.group_by(shifts.c.tier))
        }
    return house
