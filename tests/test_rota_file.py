"""A rota as a file: read, resolved without a database, written from what is stored, and every mistake a sentence."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import cli
from app.oncall import on_duty
from app.rota.files import as_table, open_file, read_span, resolved, stored_file
from app.rota.load import rules_of
from app.settings import KNOWN as SETTINGS
from app.settings import PREFIX
from app.tables import rota_bars, rota_layers, rota_overrides, rota_tiers, time_off
from dispatch.rota.edit import write_layer
from dispatch.rota.file import KNOWN, RotaFile, read_file, write_file
from dispatch.rota.final import final
from dispatch.rota.read import Unreadable
from dispatch.rota.rules import Bring, TierNeed
from tests.house import NIGHT, PROGRAM, House
from tests.rota_made import made_up

EXAMPLE = Path(__file__).parent.parent / "docs" / "rota.example.json"
CHICAGO = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NIGHTS = {
    "id": "nights",
    "tier": "primary",
    "begins": "2026-10-31T19:00",
    "line": [["ana", "ben"], ["cyd"]],
    "windows": [{"from": "19:00", "to": "07:00"}],
}
SHIFT = {
    "tier": "backup",
    "person": "dov",
    "starts_at": "2026-11-02T09:00:00-06:00",
    "ends_at": "2026-11-02T21:00:00-06:00",
}


def a_file(**more: Any) -> dict[str, Any]:
    return {"zone": "America/Chicago", "layers": [NIGHTS], **more}


def said_of(given: dict[str, Any], start: str, end: str) -> dict[str, Any]:
    rota = read_file(json.loads(json.dumps(given)))
    return resolved(rota, *read_span(start, end, rota.zone))


def people_of(said: dict[str, Any], tier: str) -> list[tuple[str, str, str]]:
    (found,) = (one for one in said["tiers"] if one["tier"] == tier)
    return [(one["person"], one["starts_at"], one["ends_at"]) for one in found["shifts"]]


def gaps_of(said: dict[str, Any], tier: str) -> list[tuple[str, str, int]]:
    (found,) = (one for one in said["tiers"] if one["tier"] == tier)
    return [(one["starts_at"], one["ends_at"], one["missing"]) for one in found["gaps"]]


# --- what a file says ----------------------------------------------------------------------------------------


def test_the_example_in_the_docs_says_what_the_docs_say_of_it() -> None:
    rota = open_file(EXAMPLE)
    assert rota.rules.broken == ()
    said = resolved(rota, *read_span("2026-10-31T19:00", "2026-11-03T09:00", rota.zone))
    assert said["from"] == "2026-11-01T00:00:00Z" and said["to"] == "2026-11-03T15:00:00Z"
    assert people_of(said, "primary")[:7] == [
        ("gus", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z"),
        ("hal", "2026-11-01T00:00:00Z", "2026-11-01T09:00:00Z"),
        ("max", "2026-11-01T05:30:00Z", "2026-11-01T07:30:00Z"),
        ("gus", "2026-11-01T07:30:00Z", "2026-11-01T13:00:00Z"),
        ("ana", "2026-11-01T13:00:00Z", "2026-11-02T01:00:00Z"),
        ("dov", "2026-11-01T13:00:00Z", "2026-11-02T01:00:00Z"),
        ("gus", "2026-11-02T01:00:00Z", "2026-11-02T13:00:00Z"),
    ]
    assert gaps_of(said, "primary") == [("2026-11-01T09:00:00Z", "2026-11-01T13:00:00Z", 1)]
    assert gaps_of(said, "backup") == [("2026-11-03T02:00:00Z", "2026-11-03T04:00:00Z", 1)]
    assert people_of(said, "supervisor")[0] == ("okonjo", "2026-11-01T00:00:00Z", "2026-11-02T13:00:00Z")


def test_the_docs_name_every_word_of_the_file() -> None:
    text = (EXAMPLE.parent / "rota.md").read_text("utf-8")
    for name, words in KNOWN.items():
        assert f"`{name}`" in text
        assert [word for word in words if f"`{word}`" not in text] == []


def test_the_docs_show_what_the_command_prints_for_the_example() -> None:
    rota = open_file(EXAMPLE)
    table = as_table(resolved(rota, *read_span("2026-10-31T19:00", "2026-11-01T19:00", rota.zone)))
    shown = "\n".join(f"    {line}".rstrip() for line in table.splitlines())
    assert shown in (EXAMPLE.parent / "rota.md").read_text("utf-8")


def test_a_table_names_the_offset_of_an_hour_that_comes_twice() -> None:
    said = said_of(a_file(), "2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-06:00")
    assert "Sun 01 Nov 2026 01:30 CDT  Sun 01 Nov 2026 01:30 CST  ana (nights)" in as_table(said)
    assert people_of(said, "primary")[0] == ("ana", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z")


def test_a_local_time_that_comes_twice_is_its_first_coming() -> None:
    assert read_span("2026-11-01T01:30", "2026-11-02", CHICAGO) == (
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 2, 6, tzinfo=UTC),
    )


def test_a_tier_needs_one_person_unless_the_file_says_otherwise() -> None:
    span = ("2026-11-02T19:00", "2026-11-03T19:00")
    assert gaps_of(said_of(a_file(), *span), "primary") == [
        ("2026-11-03T13:00:00Z", "2026-11-04T01:00:00Z", 1)
    ]
    two = a_file(tiers=[{"tier": "primary", "people": 2}, {"tier": "tele", "people": 1}])
    assert gaps_of(said_of(two, *span), "primary")[0][2] == 2
    assert gaps_of(said_of(two, *span), "tele") == [("2026-11-03T01:00:00Z", "2026-11-04T01:00:00Z", 1)]
    none = a_file(tiers=[{"tier": "primary", "people": 0}])
    assert gaps_of(said_of(none, *span), "primary") == []


def test_the_same_person_twice_is_one_person() -> None:
    double = a_file(
        tiers=[{"tier": "primary", "people": 2}],
        layers=[{**NIGHTS, "line": ["ana"]}, {**NIGHTS, "id": "again", "line": ["ana"]}],
    )
    said = said_of(double, "2026-11-02T19:00", "2026-11-03T07:00")
    assert gaps_of(said, "primary") == [("2026-11-03T01:00:00Z", "2026-11-03T13:00:00Z", 1)]


# --- what cannot be read -------------------------------------------------------------------------------------

BROKEN_LAYERS: list[tuple[dict[str, Any], str]] = [
    ({"zone": "America/Chicag"}, "no zone America/Chicag"),
    ({"zone": "../../etc/passwd"}, "no zone"),
    ({"zone": None}, "no zone"),
    ({"line": []}, "`line` must name"),
    ({"line": [["ana", "ana"]]}, "twice in the same turn"),
    ({"line": [[7]]}, "at least one person"),
    ({"line": [["ana\x1b[2J"]]}, "at least one person"),
    ({"begins": "2026-10-31T19:00:00Z"}, "`begins` as a time of the wall"),
    ({"begins": "soon"}, "`begins` as a time of the wall"),
    ({"ends": "2026-10-31T19:00"}, "ends before it begins"),
    ({"windows": []}, "how long a turn lasts"),
    ({"windows": [{"from": "19:00", "to": "07:00"}, {"from": "06:00", "to": "08:00"}]}, "overlap"),
    ({"windows": [{"days": ["mon"], "from": "00:00", "hours": 169}]}, "up to 168"),
    ({"windows": [{"days": ["mon"], "from": "00:00", "hours": 0}]}, "number of hours"),
    ({"windows": [{"days": ["mon", "mon"], "from": "00:00", "hours": 1}]}, "twice"),
    ({"windows": [{"days": ["monday"], "from": "00:00", "hours": 1}]}, "mon tue wed"),
    ({"windows": [{"from": "7", "to": "19:00"}]}, "07:00 or 19:30"),
    ({"turn_hours": 0.1}, "in quarters"),
    ({"turn_hours": -24}, "in quarters"),
    ({"turn_hours": float("nan")}, "in quarters"),
    ({"turn_hours": 10**400}, "in quarters"),
    ({"first": 2}, "from 0 to 1"),
    ({"tier": ""}, "`tier` is missing"),
    ({"turn_hour": 24}, "There is no `turn_hour`"),
]


@pytest.mark.parametrize(("wrong", "why"), BROKEN_LAYERS, ids=range(len(BROKEN_LAYERS)))
def test_a_layer_that_cannot_be_read_takes_down_itself_alone(wrong: dict[str, Any], why: str) -> None:
    rota = read_file(a_file(layers=[NIGHTS, {**NIGHTS, "id": "other", **wrong}], shifts=[SHIFT]))
    (broken,) = rota.rules.broken
    assert (broken.id, broken.among) == ("other", "layers") and why in broken.why
    said = resolved(rota, *read_span("2026-11-01T19:00", "2026-11-02T07:00", rota.zone))
    assert people_of(said, "primary") == [("cyd", "2026-11-02T01:00:00Z", "2026-11-02T13:00:00Z")]
    assert said["broken"] == [{"id": "other", "why": broken.why, "among": "layers"}]
    assert "other: " in as_table(said)


BROKEN_ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("shifts", {**SHIFT, "ends_at": SHIFT["starts_at"]}, "Write a later end"),
    ("shifts", {**SHIFT, "ends_at": "2026-11-01T09:00:00-06:00"}, "Write a later end"),
    ("shifts", {**SHIFT, "ends_at": "2031-11-01T09:00:00-06:00"}, "longer than a year"),
    ("shifts", {**SHIFT, "ends_at": "9999-12-31T23:59:59-14:00"}, "`ends_at` with its offset"),
    ("shifts", {key: value for key, value in SHIFT.items() if key != "ends_at"}, "`ends_at` with its offset"),
    ("shifts", {**SHIFT, "starts_at": "2026-11-02T09:00"}, "`starts_at` with its offset"),
    ("shifts", {**SHIFT, "person": ["dov"]}, "`person` is missing"),
    ("overrides", {**SHIFT, "person": None, "undoes": "o9"}, "does not stand above it"),
    ("overrides", {key: value for key, value in SHIFT.items() if key != "person"}, "null is nobody"),
    ("time_off", {**SHIFT, "kind": ""}, "`kind` is missing"),
    ("tiers", {"tier": "primary", "people": "two"}, "whole number"),
    ("tiers", {"tier": "primary", "bring": ["licensed"]}, "`bring` must be a list"),
]


@pytest.mark.parametrize(("among", "row", "why"), BROKEN_ROWS, ids=range(len(BROKEN_ROWS)))
def test_a_row_that_cannot_be_read_is_named_with_its_list(among: str, row: dict[str, Any], why: str) -> None:
    (broken,) = read_file(a_file(**{among: [row]})).rules.broken
    assert broken.id == f"{among} 1" and broken.among == among and why in broken.why


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ([], "one JSON object"),
        ({"layers": []}, "names no zone"),
        ({"zone": "Mars/Olympus"}, "no zone Mars/Olympus"),
        ({"zone": "America/Chicago", "layers": {}}, "`layers` must be a list"),
        ({"zone": "America/Chicago", "layer": []}, "There is no `layer`"),
    ],
)
def test_what_is_no_rota_is_refused_whole(wrong: Any, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(wrong)
    assert why in refused.value.sentence


def test_two_rows_with_one_id_are_not_both_taken() -> None:
    (broken,) = read_file(a_file(layers=[NIGHTS, NIGHTS])).rules.broken
    assert "has this `id` already" in broken.why


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["24:00", "mon"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    name=st.sampled_from(KNOWN["layers"]), junk=JUNK, window=st.sampled_from(["days", "from", "to", "hours"])
)
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_layer_it_never_takes_the_rest_down(name: str, junk: Any, window: str) -> None:
    in_window = {**NIGHTS, "id": "b", "windows": [{"from": "19:00", "to": "07:00", window: junk}]}
    rota = read_file(a_file(layers=[NIGHTS, {**NIGHTS, "id": "a", name: junk}, in_window]))
    assert rota.rules.layers[0].id == "nights"
    resolved(rota, *read_span("2026-11-02", "2026-11-09", rota.zone))


# --- written and read again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_a_rota_that_is_written_and_read_again_is_the_same(seed: int) -> None:
    rules = made_up(seed)
    needs = (TierNeed("primary", 2, (Bring("licensed"), Bring("spanish", 2, False))), TierNeed("tele", 0))
    once = read_file(json.loads(json.dumps(write_file(RotaFile(CHICAGO, needs, rules)))))
    assert once.rules.broken == () and (once.zone, once.needs) == (CHICAGO, needs)
    assert read_file(write_file(once)) == once
    start = (rules.layers[0].begins + 50 * DAY).replace(tzinfo=UTC)
    span = start, start + 300 * DAY

    def lines(found: Any) -> list[tuple[Any, ...]]:
        return [(one.person, one.tier, one.starts_at, one.ends_at, one.source, one.team) for one in found]

    assert sorted(lines(final(once.rules, *span)), key=str) == sorted(lines(final(rules, *span)), key=str)


def store(house: House) -> None:
    """A stored rota with one row of every kind, and a layer that nobody can read."""
    example = open_file(EXAMPLE)
    ours = ("ana", "ben", "cyd", "dov")
    staff = {one: ours[number % 4] for number, one in enumerate("eli fay gus hal ida jon".split())}
    made = {"made_by": "brandvold", "made_at": NIGHT}
    with house.shell.store.write() as connection:
        for place, layer in enumerate(example.rules.layers):
            body = json.dumps(write_layer(layer))
            for one, other in staff.items():
                body = body.replace(f'"{one}"', f'"{other}"')
            row = {"id": layer.id, "program": PROGRAM, "tier": layer.tier, "name": layer.name, **made}
            connection.execute(rota_layers.insert().values(**row, place=place, body=body))
        row = {"id": "torn", "program": PROGRAM, "tier": "primary", "name": "Torn", **made}
        connection.execute(rota_layers.insert().values(**row, place=9, body="{"))
        span = {"starts_at": NIGHT, "ends_at": NIGHT + 4 * HOUR}
        for number, (person, undoes) in enumerate((("dov", None), ("cyd", None), (None, "1")), 1):
            row = {"id": str(number), "program": PROGRAM, "tier": "primary", "number": number + 70, **span}
            connection.execute(
                rota_overrides.insert().values(
                    **row, **made, instead_of="ana", person=person, undoes=undoes, why="sick"
                )
            )
        off = {"program": PROGRAM, "person": "ben", **span}
        connection.execute(
            time_off.insert().values(id="1", **off, kind="sick", state="approved", asked_at=NIGHT)
        )
        connection.execute(
            time_off.insert().values(
                id="2", **{**off, "person": "cyd"}, kind="sick", state="asked", asked_at=NIGHT
            )
        )
        connection.execute(
            rota_bars.insert().values(**{**off, "person": "okonjo"}, why="license", tier="backup")
        )
        need = {"program": PROGRAM, "bring": [{"skill": "licensed"}]}
        connection.execute(rota_tiers.insert().values(tier="primary", people=2, place=0, **need))


def test_the_stored_rota_and_its_file_name_the_same_people(house: House) -> None:
    store(house)
    start, end = NIGHT - 20 * DAY, NIGHT + 60 * DAY
    with house.shell.store.read() as connection:
        file = json.loads(json.dumps(stored_file(connection, PROGRAM)))
        stored = rules_of(connection, PROGRAM, start, end)
    read = read_file(file)
    ours, theirs = final(stored, start, end), final(read.rules, start, end)

    def lines(found: Any) -> list[tuple[Any, ...]]:
        return [(one.person, one.tier, one.starts_at, one.ends_at, one.source, one.team) for one in found]

    assert lines(ours) == lines(theirs) and len(ours) > 100
    assert read.needs == (TierNeed("primary", 2, (Bring("licensed"),)),)
    assert [one.id for one in read.rules.broken] == [one.id for one in stored.broken] == ["torn"]


def test_a_torn_layer_leaves_everybody_else_on_call(house: House) -> None:
    with house.shell.store.read() as connection:
        before = on_duty(connection, PROGRAM, NIGHT)
    store(house)
    with house.shell.store.read() as connection:
        after = {(one.person, one.tier) for one in on_duty(connection, PROGRAM, NIGHT)}
        broken = rules_of(connection, PROGRAM, NIGHT, NIGHT + HOUR).broken
    assert len(before) == 5 and ("okonjo", "supervisor") in after
    assert [(one.id, one.why) for one in broken] == [
        ("torn", "This layer is not readable at all. Write it anew.")
    ]


# --- the command ---------------------------------------------------------------------------------------------

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """The command in an empty folder without a single setting."""
    for name in SETTINGS:
        monkeypatch.delenv(PREFIX + name, raising=False)
    monkeypatch.chdir(tmp_path)

    def ask(*command: str) -> tuple[int, str, str]:
        code = cli.main(["rota", *command])
        return code, *capsys.readouterr()

    return ask


SPAN = ("--from", "2026-11-02T00:00", "--to", "2026-11-04T00:00")


def test_the_command_resolves_a_file_without_database_or_settings(said: Said, tmp_path: Path) -> None:
    code, out, wrong = said("resolve", str(EXAMPLE), *SPAN, "--json")
    assert (code, wrong) == (0, "") and list(tmp_path.iterdir()) == []
    told = json.loads(out)
    assert set(told) >= {"from", "to", "zone", "tiers", "broken"}
    assert set(told["tiers"][0]["shifts"][0]) >= {"person", "starts_at", "ends_at", "source", "team"}
    for tier in told["tiers"]:
        for one in (*tier["shifts"], *tier["gaps"]):
            assert told["from"] <= one["starts_at"] < one["ends_at"] <= told["to"]
            assert one["starts_at"].endswith("Z")


def test_a_broken_layer_is_listed_and_the_rest_resolves(said: Said, tmp_path: Path) -> None:
    path = tmp_path / "rota.json"
    path.write_text(json.dumps(a_file(layers=[NIGHTS, {"id": "torn"}])))
    code, out, _ = said("resolve", str(path), *SPAN, "--json")
    assert code == 0 and json.loads(out)["broken"][0]["id"] == "torn"
    assert people_of(json.loads(out), "primary")


def test_a_dated_row_that_cannot_be_read_is_told_and_counts_as_failed(said: Said, tmp_path: Path) -> None:
    path = tmp_path / "rota.json"
    path.write_text(json.dumps(a_file(shifts=[{**SHIFT, "ends_at": SHIFT["starts_at"]}])))
    code, out, wrong = said("resolve", str(path), *SPAN, "--json")
    assert code == 1 and people_of(json.loads(out), "primary")
    assert wrong == "shifts, shifts 1: It ends before it starts, or at once. Write a later end.\n"


@pytest.mark.parametrize(
    ("text", "span", "why"),
    [
        ("{", SPAN, "is not JSON"),
        ("[" * 100_000, SPAN, "is not JSON"),
        ("{}", SPAN, "names no zone"),
        ('{"zone": "Mars/Olympus"}', SPAN, "no zone Mars/Olympus"),
        (None, ("--from", "2026-11-04", "--to", "2026-11-02"), "ends before it begins"),
        (None, ("--from", "2026-11-04", "--to", "2026-11-04"), "ends before it begins"),
        (None, ("--from", "2020-01-01", "--to", "2025-02-01"), "longer than 5 years"),
        (None, ("--from", "tomorrow", "--to", "2026-11-04"), "Write --from as"),
        (None, ("--from", "0001-01-01", "--to", "2026-11-04"), "Write --from as"),
        (None, ("--from", "2026-11-04", "--to", "9999-12-31T23:59-14:00"), "Write --to as"),
    ],
)
def test_what_cannot_be_resolved_is_said_in_one_sentence(
    said: Said, tmp_path: Path, text: str | None, span: tuple[str, ...], why: str
) -> None:
    path = tmp_path / "rota.json"
    path.write_text(json.dumps(a_file()) if text is None else text)
    code, out, wrong = said("resolve", str(path), *span, "--json")
    assert (code, out) == (1, "") and why in wrong and wrong.count("\n") == 1


def test_a_file_that_is_not_there_is_a_sentence_too(said: Said) -> None:
    code, _, wrong = said("resolve", "nowhere.json", *SPAN)
    assert code == 1 and wrong == "nowhere.json cannot be opened. Look at its name and whose file it is.\n"


def test_the_command_writes_a_file_that_it_can_read(
    said: Said, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["keys"]) == 0
    for line in capsys.readouterr().out.splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    twilio = {"ACCOUNT_SID": "AC" + "0" * 32, "AUTH_TOKEN": "a-token", "FROM": "+15005550006"}
    for name, value in {f"TWILIO_{key}": value for key, value in twilio.items()}.items():
        monkeypatch.setenv(PREFIX + name, value)
    monkeypatch.setenv(PREFIX + "BASE_URL", "https://standby.example")
    admin = ("--name", "A. Keeper", "--email", "keeper@north.example")
    house = ("--program", "North County", "--zone", "America/Chicago")
    assert cli.main(["admin", "create", *admin, *house]) == 0
    capsys.readouterr()
    code, out, wrong = said("export")
    assert (code, wrong) == (0, "") and json.loads(out)["zone"] == "America/Chicago"
    (tmp_path / "rota.json").write_text(out)
    assert said("resolve", "rota.json", *SPAN, "--json")[0] == 0
    code, _, wrong = said("export", "--program", "south")
    assert code == 1 and "There is no program south" in wrong
