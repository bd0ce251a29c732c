"""Files of staff, credentials, training and rotas: each line taken or told why not, and nothing by halves."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.journal import verify
from app.oncall import on_duty
from app.rota.staff_file import KINDS, Report, import_file
from app.tables import credentials, people, shifts, training
from dispatch.value import Refused
from tests.house import NIGHT, PROGRAM, House, a_house
from tests.scenery import snapshot
from tests.walk import post, text

ANA = "ana@alder.example"
ROTA = "email,tier,starts_at,ends_at"
STAFF = "name,email,phone,roles,credential,skills\n"
GOOD = "T. Vela,t.vela@alder.example,218 555 0150,responder,Peer,spanish\n"


def take(house: House, body: str | bytes, take_good: bool = False) -> Report:
    raw = body if isinstance(body, bytes) else body.encode()
    return import_file(house.shell, PROGRAM, raw, take_good=take_good)


def whys(report: Report) -> list[str]:
    return [one.why for one in report.said if one.why]


def test_staff_come_in_and_have_no_password_until_an_admin_gives_one(house: House) -> None:
    report = take(house, STAFF + GOOD + "B. Tran,b.tran@alder.example,,dispatcher manager,,\n")
    assert report.written and report.taken == 2
    with house.shell.store.read() as connection:
        row = connection.execute(select(people).where(people.c.email == "t.vela@alder.example")).one()
        assert (row.name, row.phone, row.roles, row.skills) == (
            "T. Vela",
            "+12185550150",
            ["responder"],
            ["spanish"],
        )
        assert row.password_hash is None and row.program == PROGRAM
        assert verify(connection, house.shell.settings.journal_key).reason is None
    form = {"email": "t.vela@alder.example", "password": ""}
    assert house.client().post("/sign-in", data=form).status_code != 302


def test_one_wrong_line_and_nothing_is_written(house: House) -> None:
    before = snapshot(house)
    report = take(house, STAFF + GOOD + "No Mail,nobody,,dispatcher,,\n")
    assert not report.written and [one.line for one in report.said if one.why] == [3]
    assert snapshot(house) == before


def test_the_good_lines_come_in_when_that_is_asked_for(house: House) -> None:
    report = take(house, STAFF + "No Mail,nobody,,dispatcher,,\n" + GOOD, take_good=True)
    assert report.written and report.taken == 1 and report.refused == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",x@a.example,,dispatcher,,", "Write the name"),
        ("X,ana@alder.example,,dispatcher,,", "has an account already"),
        (
            "X,x@a.example,218 555 0150,responder,,\nY,x@a.example,218 555 0151,responder,,",
            "has an account already",
        ),
        ("X,x@a.example,+15555550102,responder,,", "No phone has that number|Another person has that number"),
        (
            "X,x@a.example,218 555 0150,responder,,\nY,y@a.example,2185550150,responder,,",
            "Another person has that number",
        ),
        ("X,x@a.example,,responder,,", "Write a mobile number"),
        ("X,x@a.example,12,responder,,", "too short"),
        ("X,x@a.example,,boss,,", "There is no boss in roles"),
        ("X,x@a.example,,,,", "at least one role"),
        ("X,x@a.example,,dispatcher,,juggling", "There is no juggling in skills"),
        ("X,x@a.example,,dispatcher", "4 cells where the header has 6"),
        ("X,x@a.example,,dispatcher,,,,", "8 cells where the header has 6"),
        (f"{'X' * 81},x@a.example,,dispatcher,,", "at most 80 letters"),
    ],
)
def test_a_line_of_staff_that_makes_no_sense_says_what_to_write(house: House, line: str, why: str) -> None:
    report = take(house, f"{STAFF}{line}\n")
    assert not report.written and any(re.search(why, said) for said in whys(report)), whys(report)


@pytest.mark.parametrize(
    ("header", "line", "why"),
    [
        ("email,kind", "nobody@alder.example,driver", "Nobody here has that e-mail"),
        ("email,kind", "ana@alder.example,pilot", "Write `kind` as one of"),
        ("email,kind,ends_on", "ana@alder.example,driver,31.12.2026", "Write `ends_on` as 2026-11-21"),
        ("email,kind,starts_on,ends_on", "ana@alder.example,driver,2026-02-01,2026-01-01", "ends before it starts"),
        ("email,kind,state", "ana@alder.example,license,Minnesota", "two letters"),
        ("email,training,hours,done_on", "ana@alder.example,crisis,many,2026-01-01", "Write the hours"),
        ("email,training,hours,done_on", "ana@alder.example,crisis,-1,2026-01-01", "Write the hours"),
        ("email,training,hours,done_on", "ana@alder.example,crisis,nan,2026-01-01", "Write the hours"),
        ("email,training,hours,done_on", "ana@alder.example,crisis,6,2027-01-01", "still ahead"),
        (ROTA, f"{ANA},night,2026-12-01 19:00,2026-12-02 07:00", "Write `tier`"),
        (ROTA, f"{ANA},supervisor,2026-12-01 19:00,2026-12-02 07:00", "not a supervisor"),
        (ROTA, f"{ANA},primary,2026-12-02 07:00,2026-12-01 19:00", "ends before it starts"),
        (ROTA, f"{ANA},primary,2026-12-01 19:00,2026-12-01 19:00", "or at once"),
        (ROTA, f"{ANA},primary,2026-12-01 19:00,2027-12-01 19:00", "at most 7 days"),
        (ROTA, f"{ANA},primary,2026-11-10 00:00,2026-11-10 08:00", "on call then already"),
        (ROTA, f"{ANA},primary,2020-11-10 00:00,2020-11-10 08:00", "is over"),
        (ROTA, f"{ANA},primary,tomorrow,2026-11-10 08:00", "Write `starts_at`"),
    ],
)  # fmt: skip
def test_a_line_of_another_kind_that_makes_no_sense_says_what_to_write(
    house: House, header: str, line: str, why: str
) -> None:
    report = take(house, f"{header}\n{line}\n")
    assert not report.written and re.search(why, whys(report)[0]), whys(report)


def test_credentials_and_training_come_in(house: House) -> None:
    assert take(
        house, "email,kind,state,title,ends_on\nben@alder.example,license,mn,LICSW,2027-06-30\n"
    ).written
    assert take(house, 'email,training,hours,done_on\nana@alder.example,crisis,"7,5",2026-03-01\n').written
    with house.shell.store.read() as connection:
        held = connection.execute(select(credentials)).one()
        learned = connection.execute(select(training)).one()
    assert (held.person, held.kind, held.state, held.ends_on) == ("ben", "license", "MN", "2027-06-30")
    assert held.verified_at is None, "somebody of ours must still look at it"
    assert (learned.person, learned.minutes, learned.added_by) == ("ana", 450, "root")


def test_a_rota_comes_in_on_the_countys_wall_and_is_on_call(house: House) -> None:
    body = (
        "email,tier,starts_at,ends_at,team\n"
        "ana@alder.example,primary,2026-12-01 19:00,2026-12-02 07:00,C4\n"
        "ben@alder.example,primary,2026-12-01T19:00:00-06:00,2026-12-02T13:00:00Z,C4\n"
    )
    assert take(house, body).written
    with house.shell.store.read() as connection:
        at = NIGHT.replace(month=12, day=2)
        found = [(one.person, one.team, one.until.isoformat()) for one in on_duty(connection, PROGRAM, at)]
    assert found == [("ana", "C4", "2026-12-02T13:00:00+00:00"), ("ben", "C4", "2026-12-02T13:00:00+00:00")]


def test_two_lines_that_put_one_person_on_call_twice_are_told(house: House) -> None:
    body = (
        "email,tier,starts_at,ends_at\n"
        "ana@alder.example,primary,2026-12-01 19:00,2026-12-02 07:00\n"
        "ana@alder.example,backup,2026-12-02 06:00,2026-12-02 19:00\n"
    )
    report = take(house, body)
    assert not report.written and "in a line above" in whys(report)[0]


@pytest.mark.parametrize(
    "body",
    [
        (STAFF + GOOD).encode("utf-16"),
        b"\xef\xbb\xbf" + (STAFF + GOOD).encode(),
        (STAFF + GOOD).replace(",", ";").encode(),
        (STAFF + GOOD).replace(",", "\t").encode(),
        (STAFF + GOOD).replace("\n", "\r\n").encode(),
        (STAFF.upper() + GOOD).encode(),
        (STAFF + GOOD.replace("T. Vela", "T. Vél")).encode("cp1252"),
        (STAFF + "\n\n" + GOOD + "\n").encode(),
    ],
)
def test_what_spreadsheets_write_is_read(house: House, body: bytes) -> None:
    assert take(house, body).written


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "The first line must name the columns"),
        (b"\x00\x01\x02", "The first line must name"),
        (b"name,email,roles\n", "no line below the header"),
        (b"name,email,roles,salary\nX,x@a.example,dispatcher,1\n", "There is no column salary"),
        (b"name,name,email,roles\n", "stands twice"),
        (b'name,email,roles\n"X,x@a.example,dispatcher', "4 MB|cells where|CSV"),
        (b"x" * (4 * 1024 * 1024 + 1), "larger than 4 MB"),
        (b"name,email,roles\n" + b"X,x@a.example,dispatcher\n" * 20_001, "more than 20000 lines"),
    ],
)
def test_a_file_that_is_none_of_ours_is_one_sentence(house: House, body: bytes, why: str) -> None:
    try:
        said = " ".join(whys(take(house, body)))
    except Refused as refused:
        said = refused.sentence
    assert re.search(why, said), said


def test_ten_thousand_lines_with_broken_ones_are_told_one_by_one(house: House) -> None:
    lines = [
        f"P{n},p{n}@alder.example,,dispatcher,," if n % 7 else f"P{n},not a mail,,dispatcher,,"
        for n in range(10_000)
    ]
    report = take(house, STAFF + "\n".join(lines))
    broken = len(range(0, 10_000, 7))
    assert not report.written and (report.refused, report.taken) == (broken, 10_000 - broken)
    assert take(house, STAFF + "\n".join(lines), take_good=True).written
    with house.shell.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(people)) == 10_000 - broken + 10
        assert verify(connection, house.shell.settings.journal_key).reason is None


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    cells=st.lists(st.text(max_size=30), max_size=8),
    raw=st.binary(max_size=200),
)
def test_nothing_that_is_in_a_file_does_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, cells: list[str], raw: bytes
) -> None:
    header = ",".join(sorted(KINDS[kind][0]))
    with a_house(tmp_path_factory.mktemp("file")) as house:
        for body in (
            raw,
            header.encode() + b"\n" + raw,
            f"{header}\n{','.join(cells)}\n".encode("utf-8", "replace"),
        ):
            try:
                report = take(house, body)
            except Refused as refused:
                assert refused.sentence
            else:
                assert report.said


def test_the_page_looks_first_and_writes_when_told(house: House) -> None:
    client = house.client("root")

    def send(how: str, body: str) -> str:
        file = (io.BytesIO(body.encode()), "staff.csv")
        return text(post(client, "/admin/import", file=file, how=how))

    def count() -> int | None:
        with house.shell.store.read() as connection:
            return connection.scalar(select(func.count()).select_from(people))

    before = count()
    assert "Nothing was written yet. 1 lines are good, 0 are not." in send("look", STAFF + GOOD)
    assert count() == before
    assert "because 1 lines are wrong" in send("all", STAFF + GOOD + "X,x,,dispatcher,,\n")
    assert count() == before
    assert "1 lines were written. 1 were not" in send("good", STAFF + GOOD + "X,x,,dispatcher,,\n")
    assert count() == (before or 0) + 1
    assert "The first line must name the columns" in send("all", "hello\nworld")
    assert "Choose a file first" in text(post(client, "/admin/import", how="all"))


def test_shifts_of_the_past_stay_as_they_are(house: House) -> None:
    with house.shell.store.read() as connection:
        before = connection.execute(select(shifts)).all()
    take(house, "email,tier,starts_at,ends_at\ncyd@alder.example,backup,2026-12-01 19:00,2026-12-02 07:00\n")
    with house.shell.store.read() as connection:
        assert set(before) < set(connection.execute(select(shifts)).all())
