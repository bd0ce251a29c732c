"""May they work it, asked of everything stored: the rota around, time off, calls at night, exceptions, bars."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.oncall import on_duty
from app.rota.bars import bars_of, rebar
from app.rota.check import known, may_work, require_may_work
from app.rota.credentials import (
    NewCredential,
    NewTraining,
    add_credential,
    add_training,
    set_work,
    verify_credential,
    withdraw_credential,
    withdraw_training,
)
from app.rota.exceptions import NewException, add_exception, withdraw_exception
from app.rota.load import terms_of
from app.rota.set_terms import HouseTerms, set_house_terms, standing_terms
from app.rota.terms_effect import NOTHING, effect
from app.sessions import Me
from app.staff import switch_off, switch_on
from app.tables import (
    credentials,
    incidents,
    journal,
    programs,
    rota_bars,
    rota_exceptions,
    rota_tiers,
    shifts,
    time_off,
    training,
    worked_on,
)
from dispatch.rota.barred import FOR_EVER
from dispatch.rota.may_work import Objection
from dispatch.rota.rules import Assignment, Bring, TierNeed
from dispatch.rota.terms import RULES, RotaTerms, write_terms
from dispatch.value import Refused
from tests.house import NIGHT, PROGRAM, House

HOUR = timedelta(hours=1)
LATER = NIGHT + timedelta(days=5)  # a Sunday, 03:00 in the county
MANAGER = Me("brandvold", "H. Brandvold", "", PROGRAM, frozenset({"manager"}), "", b"", "America/Chicago")


def give(house: House, person: str, starts_at: datetime, hours: float, tier: str = "primary") -> str:
    shift = f"x-{person}-{tier}-{starts_at.isoformat()}"[:40]
    with house.shell.store.write() as connection:
        connection.execute(
            shifts.insert().values(
                id=shift,
                program=PROGRAM,
                tier=tier,
                person=person,
                place_in_line=9,
                starts_at=starts_at,
                ends_at=starts_at + hours * HOUR,
            )
        )
    return shift


def terms(house: House, state: str | None = None, tiers: tuple[TierNeed, ...] = (), **more: object) -> None:
    with house.shell.store.write() as connection:
        new = HouseTerms(state, RotaTerms(**more), tiers)  # type: ignore[arg-type]
        set_house_terms(connection, house.shell, MANAGER, new)


def ask(
    house: House,
    person: str,
    starts_at: datetime = LATER,
    hours: float = 8,
    tier: str = "primary",
    without: tuple[Assignment, ...] = (),
) -> tuple[Objection, ...]:
    with house.shell.store.read() as connection:
        span = starts_at, starts_at + hours * HOUR
        return may_work(connection, house.shell, PROGRAM, person, tier, *span, without)


def codes(found: tuple[Objection, ...]) -> list[str]:
    return [one.rule for one in found]


def held(house: House, person: str, kind: str, ends: date | None = None, **more: object) -> str:
    new = NewCredential(kind, more.get("state"), "LICSW", more.get("starts"), ends)  # type: ignore[arg-type]
    with house.shell.store.write() as connection:
        add_credential(connection, house.shell, MANAGER, person, new)
        row = connection.scalar(
            select(credentials.c.id)
            .where(credentials.c.person == person)
            .order_by(credentials.c.added_at.desc())
        )
    return str(row)


def bars(house: House) -> list[tuple[str, str, str | None, datetime, datetime]]:
    with house.shell.store.read() as connection:
        return [
            tuple(row)[2:] for row in connection.execute(select(rota_bars).order_by(rota_bars.c.starts_at))
        ]  # type: ignore[misc]


# --- the check ----------------------------------------------------------------------------------------------


def test_the_shifts_around_are_looked_at_in_any_tier(house: House) -> None:
    give(house, "ana", LATER - 10 * HOUR, 6, tier="backup")
    (found,) = ask(house, "ana")
    assert found.rule == "rest" and "4 h rest before" in found.sentence and "Ana Vela" in found.sentence
    assert not ask(house, "cyd")


def test_what_the_same_change_takes_away_does_not_count(house: House) -> None:
    shift = give(house, "ana", LATER - 10 * HOUR, 6)
    gone = Assignment("ana", "primary", LATER - 10 * HOUR, LATER - 4 * HOUR, shift)
    assert not ask(house, "ana", without=(gone,))
    half = Assignment("ana", "primary", LATER - 7 * HOUR, LATER - 4 * HOUR, shift)
    (found,) = ask(house, "ana", without=(half,))
    assert "7 h rest before" in found.sentence


def test_time_off_counts_where_it_is_approved_and_is_warned_of_where_it_is_asked_for(house: House) -> None:
    leave = {"program": PROGRAM, "kind": "vacation", "starts_at": LATER, "ends_at": LATER + 4 * HOUR}
    with house.shell.store.write() as connection:
        for person, state in (("ana", "approved"), ("ben", "asked"), ("cyd", "refused")):
            row = {**leave, "id": person, "person": person, "state": state, "asked_at": NIGHT}
            connection.execute(time_off.insert().values(row))
    assert [(one.rule, one.weight) for one in ask(house, "ana")] == [("time_off", "hard")]
    assert [(one.rule, one.weight) for one in ask(house, "ben")] == [("time_off", "soft")]
    assert not ask(house, "cyd")


def call_out(house: House, person: str, left: datetime, back: datetime | None, ref: int = 900) -> None:
    row = {
        "id": f"i-{ref}",
        "ref": ref,
        "program": PROGRAM,
        "stage": "on_scene",
        "on_board": back is None,
        "reviewable": False,
        "channel": "phone",
        "version": 1,
        "state": "{}",
        "alarms": 0,
        "seq": 1,
        "opened_at": left - HOUR,
        "en_route_at": left,
        "cleared_at": back,
    }
    with house.shell.store.write() as connection:
        connection.execute(incidents.insert().values(row))
        connection.execute(worked_on.insert().values(incident=row["id"], person=person))


def test_whoever_worked_a_call_at_night_is_pushed_and_whoever_did_not_is_not(house: House) -> None:
    call_out(house, "haddad", NIGHT - 4 * HOUR, NIGHT - HOUR)
    found = ask(house, "haddad", NIGHT + 5 * HOUR, tier="supervisor")
    assert codes(found) == ["after_call_out"]
    assert not ask(house, "brandvold", NIGHT + 5 * HOUR)
    assert not ask(house, "haddad", NIGHT + 10 * HOUR, tier="supervisor"), "eleven hours after their return"


def test_whoever_is_still_out_is_not_back_before_now(house: House) -> None:
    call_out(house, "haddad", NIGHT - 3 * HOUR, None)
    assert codes(ask(house, "haddad", NIGHT + 5 * HOUR, tier="supervisor")) == ["after_call_out"]


def test_whoever_does_not_work_here_may_not(house: House) -> None:
    (found,) = ask(house, "nobody")
    assert found.weight == "hard" and "does not work here" in found.sentence


def test_a_hard_rule_refuses_in_the_transaction_and_leaves_nothing_behind(house: House) -> None:
    give(house, "ana", LATER - 10 * HOUR, 6)
    with pytest.raises(Refused) as refused, house.shell.store.write() as connection:
        connection.execute(shifts.delete().where(shifts.c.person == "ben"))
        require_may_work(connection, house.shell, PROGRAM, "ana", "primary", LATER, LATER + HOUR)
    assert "4 h rest" in refused.value.sentence
    with house.shell.store.read() as connection:
        assert connection.scalar(select(shifts.c.id).where(shifts.c.person == "ben"))


def test_a_change_sees_what_its_own_transaction_wrote(house: House) -> None:
    with pytest.raises(Refused), house.shell.store.write() as connection:
        connection.execute(
            shifts.insert().values(
                id="new",
                program=PROGRAM,
                tier="backup",
                person="ana",
                place_in_line=0,
                starts_at=LATER - 6 * HOUR,
                ends_at=LATER - HOUR,
            )
        )
        require_may_work(connection, house.shell, PROGRAM, "ana", "primary", LATER, LATER + HOUR)


def test_a_soft_rule_lets_pass_and_is_handed_back(house: House) -> None:
    terms(house, weights={**RULES, "rest": "soft"})
    give(house, "ana", LATER - 10 * HOUR, 6)
    with house.shell.store.write() as connection:
        found = require_may_work(connection, house.shell, PROGRAM, "ana", "primary", LATER, LATER + HOUR)
    assert codes(found) == ["rest"]


# --- the team -----------------------------------------------------------------------------------------------

TWO = (TierNeed("primary", 2, (Bring("spanish", hard=False),)),)


def test_a_change_that_breaks_the_law_of_a_team_is_refused(house: House) -> None:
    terms(house, "MN", TWO)
    held(house, "ben", "license", state="MN")
    held(house, "okonjo", "license", state="MN")
    for person in ("ben", "cyd"):
        give(house, person, LATER, 8)
    give(house, "okonjo", LATER, 8, tier="supervisor")
    ben = Assignment("ben", "primary", LATER, LATER + 8 * HOUR, "")
    found = [one for one in ask(house, "dov", without=(ben,)) if one.rule == "composition"]
    assert [one.weight for one in found] == ["hard"]
    assert "mental health professional in the team" in found[0].sentence
    # Ben stays and the peer replaces the case manager: an older text would not allow it, a newer one may.
    cyd = Assignment("cyd", "primary", LATER, LATER + 8 * HOUR, "")
    found = [one for one in ask(house, "dov", without=(cyd,)) if one.rule == "composition"]
    assert [one.weight for one in found] == ["soft"]


def test_nobody_is_turned_away_for_what_was_lacking_before(house: House) -> None:
    terms(house, "MN", TWO)
    for person in ("ana", "cyd"):
        give(house, person, LATER, 8)
    ana = Assignment("ana", "primary", LATER, LATER + 8 * HOUR, "")
    found = [one for one in ask(house, "dov", without=(ana,)) if one.rule == "composition"]
    assert found and all(one.weight == "soft" for one in found)


def test_the_first_of_two_is_not_held_to_what_two_must_bring(house: House) -> None:
    terms(house, "MN", TWO)
    assert not [one for one in ask(house, "dov") if one.rule in ("composition", "bring")]


def test_two_people_are_held_to_the_law_whoever_asks(house: House) -> None:
    terms(house, "MN")
    held(house, "ben", "license", state="MN")
    held(house, "haddad", "license", state="MN")
    give(house, "haddad", LATER, 4, tier="supervisor")
    with house.shell.store.read() as connection:

        def of(*people: str, hours: int = 4) -> list[tuple[str, str]]:
            span = LATER, LATER + hours * HOUR
            found = known(connection, house.shell, PROGRAM, *span).together(people, *span)
            return [(one.rule, one.weight) for one in found]

        assert not of("ben", "cyd")
        assert of("ana", "cyd") == [("composition", "hard")]
        assert of("ben", "cyd", hours=5) == [("composition", "soft")], (
            "the supervisor is gone for the last hour"
        )
        assert not of()


# --- credentials and bars -----------------------------------------------------------------------------------

LICENSE = {"required": {"primary": ("license",)}}


def the_same(house: House) -> None:
    """The bars stored are those worked out anew."""
    now = house.clock.now()
    with house.shell.store.read() as connection:
        anew = {
            (one.person, one.why, one.tier, one.starts_at, one.ends_at)
            for one in bars_of(connection, PROGRAM, terms_of(connection, PROGRAM), now)
        }
        rows = connection.execute(select(rota_bars).where(rota_bars.c.ends_at > now))
        stored = {(r.person, r.why, r.tier, max(r.starts_at, now), r.ends_at) for r in rows}
    assert stored == anew


def test_every_change_brings_the_bars_into_line(house: House) -> None:
    terms(house, "MN", **LICENSE)
    the_same(house)
    first = held(house, "ana", "license", date(2026, 11, 12), state="MN")
    the_same(house)
    house.clock.move(timedelta(days=1))
    held(house, "ana", "license", None, state="MN", starts=date(2026, 11, 20))
    the_same(house)
    house.clock.move(timedelta(days=4))
    with house.shell.store.write() as connection:
        span = house.clock.now(), house.clock.now() + timedelta(days=1)
        add_exception(connection, house.shell, MANAGER, NewException("ana", "license", *span, "why"))
    the_same(house)
    house.clock.move(timedelta(hours=3))
    with house.shell.store.write() as connection:
        aside = connection.scalar(select(rota_exceptions.c.id))
        withdraw_exception(connection, house.shell, MANAGER, str(aside))
    the_same(house)
    with house.shell.store.write() as connection:
        withdraw_credential(connection, house.shell, MANAGER, first)
    the_same(house)
    root = Me("root", "A. Keeper", "", PROGRAM, frozenset({"admin"}), "", b"", "America/Chicago")
    with house.shell.store.write() as connection:
        switch_off(connection, house.shell, root, "ana")
    the_same(house)
    with house.shell.store.write() as connection:
        switch_on(connection, house.shell, root, "ana", "a password for once")
    the_same(house)
    terms(house, "WI", **LICENSE)
    the_same(house)
    terms(house, None)
    the_same(house)
    with house.shell.store.read() as connection:
        left = connection.execute(select(rota_bars).where(rota_bars.c.ends_at > house.clock.now())).all()
        assert not left and connection.execute(select(rota_bars)).first(), "what was stays"


def test_whoever_is_barred_is_not_on_call_and_is_again_when_the_rule_is_set_aside(house: House) -> None:
    def on_primary() -> set[str]:
        with house.shell.store.read() as connection:
            found = on_duty(connection, PROGRAM, house.clock.now())
        return {one.person for one in found if one.tier == "primary"}

    assert on_primary() == {"ana", "ben"}
    held(house, "ben", "license", state="MN")
    terms(house, "MN", **LICENSE)
    assert on_primary() == {"ben"}
    with house.shell.store.write() as connection:
        new = NewException("ana", "license", NIGHT - HOUR, NIGHT + HOUR, "Nobody else within two hours.")
        add_exception(connection, house.shell, MANAGER, new)
    assert on_primary() == {"ana", "ben"}
    house.clock.move(HOUR)
    assert on_primary() == {"ben"}


def test_a_license_is_off_at_the_midnight_after_its_last_day_without_anybody_doing_anything(
    house: House,
) -> None:
    held(house, "ana", "license", date(2026, 11, 10), state="MN")
    held(house, "ben", "license", state="MN")
    terms(house, "MN", **LICENSE)
    give(house, "ana", NIGHT + 16 * HOUR, 12)
    midnight = datetime(2026, 11, 11, 6, tzinfo=UTC)
    for instant, on in ((midnight - timedelta(seconds=1), True), (midnight, False)):
        with house.shell.store.read() as connection:
            assert ("ana" in {one.person for one in on_duty(connection, PROGRAM, instant)}) is on
    assert bars(house)[-1][3:] == (midnight, FOR_EVER) or (
        "ana",
        "license",
        "primary",
        midnight,
        FOR_EVER,
    ) in [row for row in bars(house)]


def test_the_past_keeps_its_bars_when_a_license_is_written_down_late(house: House) -> None:
    terms(house, "MN", **LICENSE)
    house.clock.move(HOUR)
    held(house, "ana", "license", state="MN")
    (row,) = [row for row in bars(house) if row[0] == "ana"]
    assert row[3:] == (NIGHT, NIGHT + HOUR), "they were off call for that hour, whatever is known now"


def test_bars_worked_out_twice_are_left_alone(house: House) -> None:
    terms(house, "MN", **LICENSE)
    before = bars(house)
    house.clock.move(HOUR)
    with house.shell.store.write() as connection:
        rebar(connection, PROGRAM, house.clock.now())
    assert bars(house) == before and before


# --- what is written down -----------------------------------------------------------------------------------


def last(house: House) -> tuple[str, str, dict[str, object]]:
    with house.shell.store.read() as connection:
        row = connection.execute(select(journal).order_by(journal.c.seq.desc()).limit(1)).one()
    return row.kind, row.by, json.loads(row.fact)


def refused(house: House, act: object, *given: object) -> str:
    with pytest.raises(Refused) as found, house.shell.store.write() as connection:
        act(connection, house.shell, MANAGER, *given)  # type: ignore[operator]
    return found.value.sentence


def test_a_credential_is_written_down_seen_by_name_and_withdrawn_and_the_journal_knows(house: House) -> None:
    row = held(house, "ana", "driver", date(2027, 1, 1))
    assert last(house)[:2] == ("CredentialAdded", "brandvold") and last(house)[2]["ends_on"] == "2027-01-01"
    with house.shell.store.write() as connection:
        verify_credential(connection, house.shell, MANAGER, row)
    assert last(house)[0] == "CredentialVerified"
    assert "verified already" in refused(house, verify_credential, row)
    with house.shell.store.write() as connection:
        withdraw_credential(connection, house.shell, MANAGER, row)
    assert last(house)[0] == "CredentialWithdrawn"
    assert "withdrawn" in refused(house, withdraw_credential, row)
    assert "withdrawn" in refused(house, verify_credential, row)


def test_nobody_verifies_their_own(house: House) -> None:
    row = held(house, "brandvold", "driver")
    assert "Nobody verifies their own" in refused(house, verify_credential, row)


def test_what_makes_no_credential_is_refused(house: House) -> None:
    first, second = date(2026, 1, 1), date(2025, 1, 1)
    assert "Choose which" in refused(
        house, add_credential, "ana", NewCredential("license", None, "", None, None)
    )
    assert "before the first" in refused(
        house, add_credential, "ana", NewCredential("driver", None, "", first, second)
    )
    held(house, "ana", "driver")
    assert "stands there already" in refused(
        house, add_credential, "ana", NewCredential("driver", None, "LICSW", None, None)
    )


def test_training_is_written_down_once_it_is_done(house: House) -> None:
    today = date(2026, 11, 10)
    new = NewTraining("crisis", 90, today, "De-escalation")
    with house.shell.store.write() as connection:
        add_training(connection, house.shell, MANAGER, "ana", new)
    assert last(house)[0] == "TrainingAdded" and last(house)[2]["minutes"] == 90
    assert "already" in refused(house, add_training, "ana", new)
    tomorrow = NewTraining("crisis", 90, today + timedelta(days=1), "")
    assert "has not come yet" in refused(house, add_training, "ana", tomorrow)
    with house.shell.store.read() as connection:
        row = connection.scalar(select(training.c.id))
    with house.shell.store.write() as connection:
        withdraw_training(connection, house.shell, MANAGER, str(row))
    assert last(house)[0] == "TrainingWithdrawn"
    assert "already" in refused(house, withdraw_training, row)


def test_a_persons_own_week_hours_count_in_the_check(house: House) -> None:
    with house.shell.store.write() as connection:
        set_work(connection, house.shell, MANAGER, "ana", date(2020, 1, 1), 6)
    assert last(house)[0] == "WorkTermsChanged"
    assert codes(ask(house, "ana")) == ["week_hours"]


def test_a_rule_is_set_aside_by_name_with_a_sealed_reason_and_can_be_taken_back(house: House) -> None:
    give(house, "ana", LATER - 10 * HOUR, 6)
    new = NewException("ana", "rest", LATER - HOUR, LATER + 8 * HOUR, "Nobody else until Monday.")
    with house.shell.store.write() as connection:
        add_exception(connection, house.shell, MANAGER, new)
        row = connection.execute(select(rota_exceptions)).one()
    assert row.made_by == "brandvold" and b"Monday" not in row.why_sealed
    assert house.shell.keyring.open("rota_exceptions.why", row.id, row.why_sealed) == new.why
    assert last(house)[0] == "RuleSetAside" and "Monday" not in str(last(house)[2])
    assert not ask(house, "ana")
    with house.shell.store.write() as connection:
        withdraw_exception(connection, house.shell, MANAGER, row.id)
    assert last(house)[0] == "RuleCountsAgain"
    assert codes(ask(house, "ana")) == ["rest"]
    assert "already" in refused(house, withdraw_exception, row.id)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"person": "brandvold"}, "for themselves"),
        ({"person": "nobody"}, "not on the staff list"),
        ({"ends_at": LATER}, "not after the start"),
        ({"ends_at": LATER + timedelta(days=92, seconds=1)}, "at most 92 days"),
        ({"starts_at": NIGHT - 2 * HOUR, "ends_at": NIGHT}, "over already"),
        ({"starts_at": NIGHT + timedelta(days=401), "ends_at": NIGHT + timedelta(days=402)}, "400 days"),
    ],
)
def test_what_makes_no_exception_is_refused(house: House, change: dict[str, object], sentence: str) -> None:
    given = {"person": "ana", "rule": "rest", "starts_at": LATER, "ends_at": LATER + HOUR, "why": "why"}
    new = NewException(**{**given, **change})  # type: ignore[arg-type]
    assert sentence in refused(house, add_exception, new)


def test_an_exception_that_is_over_is_not_withdrawn(house: House) -> None:
    with house.shell.store.write() as connection:
        add_exception(
            connection, house.shell, MANAGER, NewException("ana", "rest", NIGHT, NIGHT + HOUR, "why")
        )
        row = connection.scalar(select(rota_exceptions.c.id))
    house.clock.move(HOUR)
    assert "span is over" in refused(house, withdraw_exception, row)


# --- the terms and their effect -----------------------------------------------------------------------------


def say(
    house: House, state: str | None = None, tiers: tuple[TierNeed, ...] = (), **more: object
) -> tuple[str, ...]:
    with house.shell.store.read() as connection:
        return effect(connection, house.shell, PROGRAM, HouseTerms(state, RotaTerms(**more), tiers))  # type: ignore[arg-type]


def test_the_effect_names_who_would_be_off_call(house: House) -> None:
    held(house, "ben", "license", state="MN")
    said = say(house, "MN", **LICENSE)
    assert said[0] == "1 person would be off call: Ana Vela (primary, from Tue 10 Nov 03:00)."
    assert say(house) == (NOTHING,)
    assert not bars(house), "looking changes nothing"


def test_the_effect_names_who_would_be_on_call_again(house: House) -> None:
    terms(house, "MN", **LICENSE)
    assert any(
        "would be on call again: Ana Vela" in one and "Ben Whitcomb" in one for one in say(house, "MN")
    )


def test_the_effect_names_a_tier_that_would_be_short(house: House) -> None:
    terms(house, tiers=(TierNeed("primary", 2),))
    said = say(house, tiers=(TierNeed("primary", 3),))
    assert any(one.startswith("3 would be needed on primary, and 2 would be on call") for one in said)


def test_the_effect_counts_the_shifts_that_would_break_a_rule(house: House) -> None:
    give(house, "ana", NIGHT + 28 * HOUR, 8)
    said = say(house, rest=13 * HOUR)
    assert "2 shifts would break a hard rule" in said[0]
    assert any("Ana Vela would have 12 h rest" in one and "set the rule aside" not in one for one in said)


def test_a_shift_that_breaks_a_rule_already_is_no_news(house: House) -> None:
    give(house, "ana", NIGHT + 20 * HOUR, 8)  # four hours after tonight's shift
    assert say(house, rest=12 * HOUR) == (NOTHING,)


def test_the_terms_are_kept_whole_and_journaled(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(programs.update().values(rota={"kept": 1, "rest_hours": 9}))
    terms(house, "WI", TWO, rest=12 * HOUR)
    assert last(house)[0] == "RotaTermsChanged" and last(house)[2]["state"] == "WI"
    with house.shell.store.read() as connection:
        stood = standing_terms(connection, PROGRAM)
        row = connection.execute(select(programs)).one()
        tier = connection.execute(select(rota_tiers)).one()
    assert stood.state == "WI" and stood.terms.rest == 12 * HOUR and stood.needs == TWO
    assert row.rota["kept"] == 1 and row.rota["rest_hours"] == 12
    assert (tier.tier, tier.people, tier.place) == ("primary", 2, 0)
    assert write_terms(stood.terms)["rest_hours"] == 12
