"""Credentials on the day, training hours by state, who may go together, and who is barred from when."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.rota.barred import FOR_EVER, barred
from dispatch.rota.composition import (
    Together,
    against_bring,
    against_team,
    can_be_judged,
    stretches_together,
)
from dispatch.rota.held import lapses, spans_without
from dispatch.rota.law import LAWS, STATES, laws_of, none_known
from dispatch.rota.may_work import Objection, SetAside, objections
from dispatch.rota.rules import Assignment, Away, Bring
from dispatch.rota.staff import CREDENTIALS, Credential, Trained, Worker
from dispatch.rota.standing import STANDINGS, TITLES, standing
from dispatch.rota.terms import RULES, RotaTerms
from dispatch.rota.training import months_on, training_needs
from dispatch.rota.wall import instant

CHICAGO = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)
NIGHT = Assignment(
    "ben",
    "primary",
    instant(datetime(2026, 11, 10, 19), CHICAGO),
    instant(datetime(2026, 11, 11, 7), CHICAGO),
    "s",
)
LICENSED = RotaTerms(required={"primary": ("license",)})


def at(day: int, hour: int = 0) -> datetime:
    return instant(datetime(2026, 11, day, hour), CHICAGO)


def a_worker(*held: Credential, **more: object) -> Worker:
    return Worker("ben", "Ben Whitcomb", credentials=held, **more)  # type: ignore[arg-type]


def a_license(
    ends: date | None = None, starts: date | None = None, state: str = "MN", **more: object
) -> Credential:
    return Credential("license", starts, ends, state, "LICSW", **more)  # type: ignore[arg-type]


def against(
    worker: Worker, terms: RotaTerms = LICENSED, state: str | None = "MN", wanted: Assignment = NIGHT
) -> tuple[Objection, ...]:
    found = objections(worker, wanted, (), terms, CHICAGO, state=state)
    return tuple(one for one in found if one.rule != "training_hours")


# --- credentials --------------------------------------------------------------------------------------------


def test_a_license_that_ends_on_the_day_the_shift_ends_counts() -> None:
    assert not against(a_worker(a_license(ends=date(2026, 11, 11))))


def test_a_license_that_ends_on_the_day_the_shift_begins_does_not() -> None:
    (found,) = against(a_worker(a_license(ends=date(2026, 11, 10))))
    assert (found.rule, found.weight) == ("license", "hard")
    assert "license ended on Tue 10 Nov 2026, and this shift needs it on Wed 11 Nov 2026" in found.sentence


def test_a_shift_that_ends_at_midnight_needs_no_license_on_the_next_day() -> None:
    evening = Assignment("ben", "primary", at(10, 16), at(11), "s")
    worker = a_worker(a_license(ends=date(2026, 11, 10)))
    assert not against(worker, wanted=evening)
    late = Assignment("ben", "primary", at(10, 16), at(11) + timedelta(minutes=1), "s")
    assert against(worker, wanted=late)


def test_a_license_that_begins_on_the_shifts_second_day_is_too_late() -> None:
    (found,) = against(a_worker(a_license(starts=date(2026, 11, 11))))
    assert "counts from Wed 11 Nov 2026; this shift is on Tue 10 Nov 2026" in found.sentence


def test_a_license_renewed_at_midnight_carries_the_night() -> None:
    old, new = a_license(ends=date(2026, 11, 10)), a_license(starts=date(2026, 11, 11))
    assert not against(a_worker(old, new))
    assert against(a_worker(old, a_license(starts=date(2026, 11, 12))))


def test_a_license_of_another_state_does_not_count() -> None:
    (found,) = against(a_worker(a_license(state="WI")))
    assert "is of WI; this program needs one of MN" in found.sentence
    assert not against(a_worker(a_license(state="WI")), state=None), "a program without a state asks for any"


def test_whoever_has_none_is_told_so() -> None:
    (found,) = against(a_worker())
    assert "has no license written down" in found.sentence


def test_a_credential_nobody_has_seen_counts_and_is_warned_of() -> None:
    (found,) = against(a_worker(a_license(verified=False)))
    assert found.weight == "soft" and "Nobody here has seen" in found.sentence
    seen = a_license()
    assert not against(a_worker(a_license(verified=False), seen)), "the same one, seen, is enough"


def test_only_the_tier_that_asks_for_it_needs_it() -> None:
    backup = Assignment("ben", "backup", NIGHT.starts_at, NIGHT.ends_at, "s")
    assert not against(a_worker(), wanted=backup)


def test_what_lapsed_is_warned_of_where_nobody_asks_for_it() -> None:
    worker = a_worker(Credential("driver", None, date(2026, 11, 10)))
    (found,) = against(worker, RotaTerms())
    assert (found.rule, found.weight) == ("driver", "soft")


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("driver", "driver"),
        ("first_aid", "first_aid"),
        ("background", "background"),
        ("idd", "population_training"),
    ],
)
def test_each_kind_falls_under_its_rule_and_is_weighed_by_it(kind: str, rule: str) -> None:
    weights = {**RULES, rule: "hard"}
    (found,) = against(a_worker(), RotaTerms(required={"primary": (kind,)}, weights=weights))  # type: ignore[arg-type]
    assert (found.rule, found.weight) == (rule, "hard")
    off = {**RULES, rule: "off"}
    assert not against(a_worker(), RotaTerms(required={"primary": (kind,)}, weights=off))  # type: ignore[arg-type]


def test_the_days_without_a_credential_are_those_between_and_after() -> None:
    held = [
        Credential("driver", date(2026, 1, 1), date(2026, 3, 31)),
        Credential("driver", date(2026, 5, 1), date(2026, 6, 30)),
    ]
    since = date(2026, 2, 1)
    assert spans_without(held, since) == [
        (date(2026, 4, 1), date(2026, 4, 30)),
        (date(2026, 7, 1), None),
    ]
    assert spans_without([], since) == [(since, None)]
    assert not spans_without([*held, Credential("driver")], since)
    within = Credential("driver", date(2026, 2, 1), date(2026, 2, 10))
    assert spans_without([*held, within], since)[0] == (date(2026, 4, 1), date(2026, 4, 30))
    assert spans_without(held, date(2026, 7, 15)) == [(date(2026, 7, 15), None)]


def test_what_was_renewed_in_time_is_no_lapse() -> None:
    today = date(2026, 11, 10)
    old, new = (
        a_license(ends=date(2026, 11, 9)),
        a_license(starts=date(2026, 11, 10), ends=date(2026, 12, 31)),
    )
    assert lapses(a_worker(old, new), "MN", today) == [("license", date(2027, 1, 1))]
    assert lapses(a_worker(old), "MN", today) == [("license", today)]
    assert not lapses(a_worker(), "MN", today)


# --- what a person counts as --------------------------------------------------------------------------------


def test_nobody_is_a_professional_by_title_alone() -> None:
    day = date(2026, 11, 10)
    assert standing(a_worker(a_license(), title="LICSW"), day, "MN", {}) == "professional"
    assert standing(a_worker(title="LICSW"), day, "MN", {}) == "unknown"
    assert standing(a_worker(a_license(ends=date(2026, 11, 9)), title="LICSW"), day, "MN", {}) == "unknown"
    assert standing(a_worker(a_license(state="WI"), title="LICSW"), day, "MN", {}) == "unknown"


def test_a_program_says_what_a_title_counts_as() -> None:
    day = date(2026, 11, 10)
    assert standing(a_worker(title="Case mgr"), day, "MN", {}) == "unknown"
    assert standing(a_worker(title="Case mgr"), day, "MN", {"Case mgr": "practitioner"}) == "practitioner"
    nurse = a_worker(Credential("license", None, None, "MN", "RN"))
    assert standing(nurse, day, "MN", {}) == "practitioner"
    assert standing(nurse, day, "MN", {"RN": "professional"}) == "professional"
    assert set(TITLES.values()) <= set(STANDINGS)


# --- training hours -----------------------------------------------------------------------------------------

DAY = date(2026, 11, 10)


def trained(kind: str, hours: float, day: date) -> Trained:
    return Trained(kind, timedelta(hours=hours), day)


def unmet(worker: Worker, state: str | None, day: date = DAY) -> list[str]:
    return [need.law for need in training_needs(worker, day, RotaTerms(), state) if not need.met_on(day)]


def test_minnesota_asks_thirty_hours_in_two_years_of_all_but_professionals() -> None:
    peer = a_worker(title="Peer", training=(trained("crisis", 30, date(2025, 1, 1)),))
    assert not unmet(peer, "MN")
    assert unmet(a_worker(title="Peer", training=(trained("crisis", 29.75, date(2025, 1, 1)),)), "MN")
    assert not training_needs(a_worker(a_license()), DAY, RotaTerms(), "MN")


def test_training_counts_on_its_second_birthday_and_not_the_day_after() -> None:
    peer = a_worker(title="Peer", training=(trained("crisis", 30, date(2024, 11, 10)),))
    assert not unmet(peer, "MN", date(2026, 11, 10))
    assert unmet(peer, "MN", date(2026, 11, 11)) == ["mn-training"]


def test_only_crisis_training_that_is_done_counts_in_minnesota() -> None:
    elsewhere = (trained("in_service", 40, date(2026, 1, 1)), trained("crisis", 30, date(2026, 11, 11)))
    assert unmet(a_worker(title="Peer", training=elsewhere), "MN") == ["mn-training"]


def test_the_sentence_names_the_hours() -> None:
    peer = a_worker(title="Peer", training=(trained("crisis", 12.5, date(2025, 1, 1)),))
    found = objections(peer, NIGHT, (), RotaTerms(), CHICAGO, state="MN")
    assert [(one.rule, one.weight) for one in found] == [("training_hours", "soft")]
    assert "has 12 h 30 min crisis training since Sun 10 Nov 2024; the law asks for 30 h" in found[0].sentence


def wisconsin(hired: date | None, hours: float, *held: Credential, title: str = "CM") -> list[str]:
    done = (trained("orientation", hours, date(2026, 9, 1)), trained("in_service", 8, date(2026, 9, 1)))
    return unmet(a_worker(*held, title=title, hired_on=hired, training=done), "WI")


def test_wisconsin_gives_three_months_for_forty_hours_of_orientation() -> None:
    assert not wisconsin(date(2026, 8, 10), 39), "the last day"
    assert wisconsin(date(2026, 8, 9), 39) == ["wi-orientation"]
    assert not wisconsin(date(2026, 8, 9), 40)


def test_whoever_has_half_a_year_of_crisis_work_needs_twenty() -> None:
    experienced = Credential("experience")
    assert not wisconsin(date(2020, 1, 1), 20, experienced)
    assert wisconsin(date(2020, 1, 1), 19, experienced) == ["wi-orientation"]
    assert wisconsin(date(2020, 1, 1), 20) == ["wi-orientation"]


def test_a_volunteer_needs_forty_before_any_direct_work() -> None:
    experienced = Credential("experience")
    assert wisconsin(date(2026, 11, 1), 39, experienced, title="Volunteer") == ["wi-orientation"]
    assert not wisconsin(date(2026, 11, 1), 40, title="Volunteer")


def test_without_a_day_of_hiring_the_hours_are_asked_for_now_and_the_sentence_says_why() -> None:
    assert wisconsin(None, 39) == ["wi-orientation"]
    found = objections(a_worker(title="CM"), NIGHT, (), RotaTerms(), CHICAGO, state="WI")
    assert any("The day of hiring is not written down" in one.sentence for one in found)


def test_wisconsin_asks_eight_hours_of_in_service_a_year_from_the_second_year_on() -> None:
    ready = (trained("orientation", 40, date(2020, 1, 1)),)
    last_year = (*ready, trained("in_service", 8, date(2025, 11, 11)))
    assert not unmet(a_worker(hired_on=date(2020, 1, 1), training=last_year), "WI", date(2026, 11, 10))
    assert unmet(a_worker(hired_on=date(2020, 1, 1), training=last_year), "WI", date(2026, 11, 11))
    assert not unmet(a_worker(hired_on=date(2025, 11, 10), training=ready), "WI", date(2026, 11, 10))
    assert unmet(a_worker(hired_on=date(2025, 11, 9), training=ready), "WI", date(2026, 11, 10))


def test_where_no_law_is_known_nothing_is_asked_and_that_is_said() -> None:
    assert not training_needs(a_worker(title="Peer"), DAY, RotaTerms(), "NY")
    assert not training_needs(a_worker(title="Peer"), DAY, RotaTerms(), None)
    assert len(none_known("NY")) == 2 and "No staffing rule of New York" in none_known("NY")[0]
    assert "no state" in none_known(None)[0] and "Utah" in none_known("UT")[0] and not none_known("MN")


def test_months_are_counted_on_the_calendar() -> None:
    assert months_on(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_on(date(2026, 12, 31), -12) == date(2025, 12, 31)
    assert months_on(date(2028, 2, 29), -24) == date(2026, 2, 28)
    assert months_on(date(2026, 9, 15), 3) == date(2026, 12, 15)


# --- who may go together ------------------------------------------------------------------------------------

PRO = Worker("p", "P", credentials=(a_license(), a_license(state="WI"), a_license(state="OR")), title="LICSW")
OTHER_PRO = Worker("q", "Q", credentials=PRO.credentials, title="LICSW")
PRACTITIONER = Worker("c", "C", title="CM")
PEER = Worker("r", "R", title="Peer")


def team(
    state: str | None,
    *people: Worker,
    reach: tuple[Worker, ...] = (OTHER_PRO,),
    hours: tuple[int, int] = (9, 17),
) -> list[tuple[str, bool]]:
    together = Together(people, reach, at(10) + hours[0] * HOUR, at(10) + hours[1] * HOUR)
    return [(one.sentence, one.mild) for one in against_team(together, state, RotaTerms(), CHICAGO)]


def test_minnesota_wants_two_professionals_or_one_with_a_practitioner() -> None:
    assert not team("MN", PRO, OTHER_PRO)
    assert not team("MN", PRO, PRACTITIONER)
    assert not team("MN", PRO, PRACTITIONER, PEER)
    ((sentence, mild),) = team("MN", PRACTITIONER, PEER)
    assert "mental health professional in the team" in sentence and not mild


def test_minnesota_wants_two_people() -> None:
    ((sentence, mild),) = team("MN", PRO)
    assert "two or more" in sentence and not mild


def test_a_professional_with_a_peer_is_warned_of_for_the_newer_text_was_not_seen() -> None:
    ((sentence, mild),) = team("MN", PRO, PEER)
    assert mild and "newer wording" in sentence


def test_minnesota_wants_a_supervisor_in_reach() -> None:
    ((sentence, mild),) = team("MN", PRO, PRACTITIONER, reach=())
    assert mild and "immediately available" in sentence


def test_wisconsin_lets_a_peer_go_only_with_somebody_of_classes_1_to_14() -> None:
    assert not team("WI", PRACTITIONER, PEER)
    assert not team("WI", PRACTITIONER)
    ((sentence, mild),) = team("WI", PEER, PEER)
    assert "classes 15 to 19" in sentence and not mild


def test_wisconsin_wants_a_professional_in_the_team_or_in_reach() -> None:
    assert not team("WI", PRO, PEER, reach=())
    assert not team("WI", PRACTITIONER, PEER, reach=(PRO,))
    ((sentence, mild),) = team("WI", PRACTITIONER, PEER, reach=(PRACTITIONER,))
    assert "in reach by phone" in sentence and not mild


def test_oregon_wants_two_from_eight_to_midnight_and_lets_one_go_at_night() -> None:
    assert not team("OR", PRACTITIONER, hours=(0, 8))
    for hours in ((0, 9), (23, 31), (8, 24)):
        ((sentence, mild),) = team("OR", PRACTITIONER, hours=hours)
        assert "08:00 to 24:00" in sentence and not mild
    assert not team("OR", PRACTITIONER, PEER, hours=(8, 24), reach=())


def test_oregon_wants_a_professional_by_video_for_one_alone_at_night() -> None:
    ((sentence, _),) = team("OR", PRACTITIONER, hours=(0, 8), reach=())
    assert "in reach by video" in sentence
    assert not team("OR", PRO, hours=(0, 8), reach=())


def test_new_york_has_no_known_staffing_rule() -> None:
    assert not team("NY", PEER) and not team(None, PEER) and not laws_of("NY")


def test_a_license_that_lapses_within_the_span_makes_no_professional() -> None:
    lapsing = Worker("l", "L", credentials=(a_license(ends=date(2026, 11, 10)),), title="LICSW")
    together = Together((lapsing, PRACTITIONER), (PRO,), at(10, 19), at(11, 7))
    assert [one.mild for one in against_team(together, "MN", RotaTerms(), CHICAGO)] == [False]


def test_a_tier_of_one_is_half_a_team_and_is_not_judged_alone() -> None:
    assert can_be_judged("primary", 2, "MN") and not can_be_judged("primary", 1, "MN")
    assert can_be_judged("primary", 1, "WI") and not can_be_judged("supervisor", 2, "MN")


def test_what_a_tier_must_bring_is_counted_on_each_day() -> None:
    night = at(10, 19), at(11, 7)
    spanish = Worker("s", "S", skills=frozenset({"spanish"}))
    must, wish = Bring("licensed"), Bring("spanish", hard=False)
    assert not list(against_bring((PRO, spanish), (must, wish), *night, CHICAGO))
    assert [one.mild for one in against_bring((PEER,), (must, wish), *night, CHICAGO)] == [False, True]
    lapsing = Worker("l", "L", credentials=(a_license(ends=date(2026, 11, 10)),))
    assert list(against_bring((lapsing,), (must,), *night, CHICAGO))


def test_a_span_is_cut_where_somebody_comes_or_goes() -> None:
    found = (
        Assignment("p", "primary", at(10, 19), at(11, 7), "a"),
        Assignment("c", "primary", at(11, 1), at(11, 7), "b"),
        Assignment("q", "supervisor", at(10, 8), at(11, 3), "c"),
        Assignment("gone", "primary", at(10, 8), at(11, 8), "d"),
    )
    workers = {"p": PRO, "c": PRACTITIONER, "q": OTHER_PRO}
    pieces = [
        ([one.id for one in piece.team], [one.id for one in piece.reach], piece.starts_at)
        for piece in stretches_together(found, workers, "primary", at(10, 19), at(11, 7))
    ]
    assert pieces == [
        (["p"], ["q"], at(10, 19)),
        (["p", "c"], ["q"], at(11, 1)),
        (["p", "c"], [], at(11, 3)),
    ]


# --- bars ---------------------------------------------------------------------------------------------------

NOW = at(1, 12)


def bars(worker: Worker, *asides: SetAside, terms: RotaTerms = LICENSED) -> list[tuple[datetime, datetime]]:
    found = barred(worker, terms, CHICAGO, "MN", asides, NOW)
    assert all((one.why, one.tier) == ("license", "primary") for one in found)
    return [(one.starts_at, one.ends_at) for one in found]


def test_a_bar_begins_at_the_midnight_after_the_last_day_and_lasts() -> None:
    assert bars(a_worker(a_license(ends=date(2026, 11, 10)))) == [(at(11), FOR_EVER)]


def test_a_bar_ends_where_the_next_license_begins() -> None:
    old, new = a_license(ends=date(2026, 11, 10)), a_license(starts=date(2026, 11, 20))
    assert bars(a_worker(old, new)) == [(at(11), at(20))]


def test_a_midnight_is_that_of_the_wall_when_the_clocks_change() -> None:
    terms = RotaTerms(required={"primary": ("license",)})
    worker = a_worker(a_license(ends=date(2026, 10, 31)), a_license(starts=date(2026, 11, 2)))
    before = datetime(2026, 10, 20, tzinfo=UTC)
    (found,) = barred(worker, terms, CHICAGO, "MN", (), before)
    assert found.ends_at - found.starts_at == 25 * HOUR


def test_whoever_never_had_one_is_barred_from_now_and_not_from_before() -> None:
    assert bars(a_worker()) == [(NOW, FOR_EVER)]
    assert bars(a_worker(a_license(state="WI"))) == [(NOW, FOR_EVER)]
    assert bars(a_worker(a_license(ends=date(2026, 9, 1)))) == [(NOW, FOR_EVER)]


def test_a_rule_set_aside_opens_the_bar_for_its_span() -> None:
    aside = SetAside("ben", "license", at(12), at(13))
    worker = a_worker(a_license(ends=date(2026, 11, 10)))
    assert bars(worker, aside) == [(at(11), at(12)), (at(13), FOR_EVER)]
    assert bars(worker, SetAside("ana", "license", at(12), at(13))) == [(at(11), FOR_EVER)]
    assert bars(worker, SetAside("ben", "driver", at(12), at(13))) == [(at(11), FOR_EVER)]


def test_only_a_hard_rule_bars() -> None:
    soft = RotaTerms(required={"primary": ("license",)}, weights={**RULES, "license": "soft"})
    assert not bars(a_worker(), terms=soft)
    assert not bars(a_worker(), terms=RotaTerms())


def test_a_bar_says_the_same_as_the_rule() -> None:
    """Whoever the rule refuses is barred for part of the shift at least, and the other way round."""
    for ends in (date(2026, 11, 9) + timedelta(days=number) for number in range(4)):
        worker = a_worker(a_license(ends=ends))
        hard = any(one.weight == "hard" for one in against(worker))
        touched = any(start < NIGHT.ends_at and end > NIGHT.starts_at for start, end in bars(worker))
        assert hard == touched, ends


# --- the law as data ----------------------------------------------------------------------------------------


def test_every_law_names_its_source_its_rule_and_whether_we_saw_it() -> None:
    assert len({law.code for law in LAWS}) == len(LAWS)
    for law in LAWS:
        assert law.state in STATES and law.rule in RULES and law.instrument and law.source
        assert law.verified == ("Not verified" not in law.source)
    assert not all(law.verified for law in LAWS)


def test_every_kind_of_credential_has_a_rule() -> None:
    for kind in CREDENTIALS:
        (found,) = objections(
            a_worker(), NIGHT, (), RotaTerms(required={"primary": (kind,)}), CHICAGO, state=None
        )
        assert found.rule in RULES
    assert isinstance(barred(a_worker(), LICENSED, CHICAGO, "MN", (), NOW)[0], Away)
