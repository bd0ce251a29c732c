"""The readiness lint: each thing that is to mend is found once, said plainly, and comes with what would mend it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.lint.found import Finding
from dispatch.rota.lint.lint import lint
from dispatch.rota.lint.scene import OpenCover, Scene, Way
from dispatch.rota.may_work import SetAside
from dispatch.rota.rules import Assignment, Away, Bring, Broken, Layer, Override, Rules, TierNeed, Window
from dispatch.rota.staff import Credential, Worker
from dispatch.rota.terms import RotaTerms

CHICAGO = ZoneInfo("America/Chicago")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 10, 20, 15, 24, tzinfo=UTC)  # Tue 10:24 on the wall
EVERY_DAY = tuple(range(7))
NAMES = {"ana": "Vela", "ben": "Whitcomb", "cyd": "Raman", "dov": "Osei", "eve": "Halloran", "sue": "Okonjo"}


def wall(day: int, hour: int = 0, month: int = 10, minute: int = 0) -> datetime:
    """A time of the wall of the county, as an instant."""
    return datetime(2026, month, day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


def nights(*line: str, id: str = "nights", tier: str = "primary", ends: datetime | None = None) -> Layer:
    """Every night from 19:00 to 07:00, one person after the other."""
    return _layer(id, tier, time(19), line, ends)


def days(*line: str, id: str = "days", tier: str = "primary") -> Layer:
    """Every day from 07:00 to 19:00."""
    return _layer(id, tier, time(7), line, None)


def _layer(id: str, tier: str, starts: time, line: tuple[str, ...], ends: datetime | None) -> Layer:
    window = Window(EVERY_DAY, starts, 12 * HOUR)
    people = tuple((person,) for person in line)
    return Layer(id, tier, CHICAGO, datetime(2026, 9, 7, 7), people, (window,), ends=ends)


def a_shift(person: str, starts_at: datetime, hours: float = 12, tier: str = "primary") -> Assignment:
    return Assignment(person, tier, starts_at, starts_at + hours * HOUR, f"s-{person}-{starts_at:%d%H}")


def well(person: str) -> tuple[Way, ...]:
    """Two proved numbers that rang yesterday."""
    return tuple(
        Way(f"{person}-{end}", "text", f"+1218555{end}", NOW - DAY, NOW - DAY, NOW - DAY)
        for end in ("0134", "0135")
    )


def a_worker(person: str, **more: object) -> Worker:
    return Worker(person, NAMES[person], frozenset({"responder"}), **more)  # type: ignore[arg-type]


ALL = tuple(NAMES)
SOFT = RotaTerms(week_hours=168 * HOUR, nights_running=99, rest=timedelta(0), on_end=999 * HOUR)


def a_scene(rules: Rules, *needs: TierNeed, span: timedelta = 14 * DAY, **more: object) -> Scene:
    """A county whose people can all be reached and may all work, so that only what the test says is wrong."""
    workers = {person: a_worker(person) for person in ALL}
    base: dict[str, object] = {
        "workers": workers,
        "names": NAMES,
        "ways": {person: well(person) for person in ALL},
        "role_for": {"primary": "responder", "backup": "responder"},
        "terms": SOFT,
    }
    return Scene(NOW, NOW + span, CHICAGO, rules, needs or (TierNeed("primary"),), **{**base, **more})  # type: ignore[arg-type]


def full() -> tuple[Layer, ...]:
    return nights("ana", "ben", "cyd"), days("dov", "eve", "sue")


def found(scene: Scene, *kinds: str) -> list[Finding]:
    return [one for one in lint(scene) if not kinds or one.kind in kinds]


def said(scene: Scene, *kinds: str) -> list[str]:
    return [one.sentence for one in found(scene, *kinds)]


def test_a_rota_without_a_fault_has_nothing_to_mend() -> None:
    # The clocks go back on 1 November, which is nobody's fault.
    assert lint(a_scene(Rules(full()), span=10 * DAY)) == ()


def test_a_program_without_tiers_has_nothing_to_keep() -> None:
    assert lint(replace(a_scene(Rules()), needs=())) == ()


def test_a_hole_is_told_with_its_length_and_who_could_fill_it() -> None:
    nobody = Override("o", 1, "primary", wall(29, 19), wall(30, 7))
    (hole,) = found(a_scene(Rules(full(), overrides=(nobody,))), "gap")
    assert hole.sentence == "Thu 29 Oct 19:00, nobody on primary, 12 h."
    assert hole.grave and hole.hole and hole.tier == "primary"
    assert (hole.starts_at, hole.ends_at) == (wall(29, 19), wall(30, 7))
    assert hole.cure.endswith("people may, Whitcomb has most rest.")


def test_who_could_fill_a_hole_is_neither_away_nor_tired_nor_of_another_role() -> None:
    terms = replace(SOFT, rest=13 * HOUR)
    nobody = Override("o", 1, "primary", wall(29, 19), wall(30, 7))
    rules = Rules(
        (nights("ana", "ben"), days("dov")),
        overrides=(nobody,),
        away=(Away("eve", wall(29), wall(31), "vacation"),),
    )
    scene = a_scene(rules, terms=terms)
    okonjo = replace(scene.workers["sue"], roles=frozenset({"supervisor"}))
    (hole,) = found(replace(scene, workers={**scene.workers, "sue": okonjo}), "gap")
    assert hole.cure == "2 people may, Raman has most rest."


def test_a_hole_that_time_off_leaves_says_whose_shift_it_was() -> None:
    rules = Rules(full(), away=(Away("ana", wall(22), wall(24), "vacation"),))
    (hole,) = found(a_scene(rules), "gap")
    assert hole.sentence == "Thu 22 Oct 19:00, nobody on primary, 12 h."
    assert hole.cure.startswith("Vela has time off. ")


def test_time_off_that_somebody_else_covers_is_nothing_to_mend() -> None:
    away = Away("ana", wall(22), wall(24), "vacation")
    rules = Rules((*full(), nights("eve", id="more")), away=(away,))
    assert found(a_scene(rules), "gap", "few") == []


def test_the_same_hole_every_night_is_one_line_with_its_first_three_times() -> None:
    (hole,) = found(a_scene(Rules((days("ana", "ben"),)), span=10 * DAY), "gap")
    assert hole.sentence == (
        "10 times, Tue 20 Oct 19:00, Wed 21 Oct 19:00, Thu 22 Oct 19:00 and 7 more: nobody on primary, 12 h."
    )
    assert len(hole.spans) == 10


def test_a_hole_that_reaches_beyond_the_span_may_be_longer() -> None:
    layers = nights("ana", "ben", ends=datetime(2026, 10, 30, 7)), days("dov", "eve")
    rules = Rules((layers[0], replace(layers[1], ends=datetime(2026, 10, 30, 7))))
    (hole,) = found(a_scene(rules), "gap")
    assert hole.sentence == "Fri 30 Oct 07:00, nobody on primary, 4 days or more."
    assert "layer" in hole.cure


def test_too_few_people_are_counted_and_one_person_twice_is_one() -> None:
    rules = Rules((*full(), nights("ana", "ben", "cyd", id="again")))
    (few,) = found(a_scene(rules, TierNeed("primary", 2), span=DAY), "few")
    assert few.sentence == "Tue 20 Oct 10:24, 1 of 2 people on primary, 24 h or more."


def test_somebody_switched_off_fills_no_shift_and_is_named_in_their_layer() -> None:
    scene = a_scene(Rules(full()))
    here = {person: worker for person, worker in scene.workers.items() if person != "cyd"}
    scene = replace(scene, workers=here, layer_names={"nights": "Nights"})
    assert said(scene, "gone") == [
        "Raman is switched off and stands in the layer Nights: their turns are nobody's."
    ]
    assert [one.grave for one in found(scene, "gap")] == [True]


def test_a_broken_layer_is_grave_and_says_what_to_mend() -> None:
    broken = Broken("l1", "Write times of day as 07:00 or 19:30.")
    (one,) = found(a_scene(Rules(full(), broken=(broken,)), layer_names={"l1": "Weekend"}), "broken")
    assert one.sentence == "The layer Weekend cannot be read and puts nobody on call."
    assert one.cure == broken.why and one.grave and one.about == "l1"


def test_a_skill_is_missing_from_the_day_on_which_a_credential_ends() -> None:
    need = TierNeed("primary", 1, (Bring("licensed"),))
    scene = a_scene(Rules((nights("ana"), days("ana"))), need, span=6 * DAY)
    license = Credential("license", ends_on=date(2026, 10, 23), state="MN", title="LICSW")
    scene = replace(scene, workers={**scene.workers, "ana": a_worker("ana", credentials=(license,))})
    (one,) = found(scene, "bring")
    assert one.sentence == "Sat 24 Oct 00:00, no licensed clinician on primary, 2 days 10 h."
    assert one.grave


def test_a_skill_that_is_only_wished_for_is_not_grave() -> None:
    need = TierNeed("primary", 1, (Bring("spanish", hard=False),))
    scene = a_scene(Rules(full()), need, span=DAY)
    eve = a_worker("eve", skills=frozenset({"spanish"}))
    (one,) = found(replace(scene, workers={**scene.workers, "eve": eve}), "bring")
    assert not one.grave
    assert "no Spanish speaker on primary" in one.sentence


def test_time_off_that_nobody_has_decided_counts_the_shifts_that_lie_in_it() -> None:
    asked = Away("dov", wall(22), wall(27), "t1")
    (one,) = found(a_scene(Rules(full()), leave_asked=(asked,)), "time_off")
    assert one.sentence == "Osei asks for time off Thu 22 Oct to Tue 27 Oct. 2 shifts lie in it."
    assert one.about == "t1"


def test_one_person_in_two_tiers_at_once_is_grave() -> None:
    rules = Rules(full(), shifts=(a_shift("eve", wall(23, 12), 4, "backup"),))
    (one,) = found(a_scene(rules), "two_tiers")
    assert one.sentence == "Fri 23 Oct 12:00, Halloran is on primary and backup at once."
    assert (one.starts_at, one.ends_at) == (wall(23, 12), wall(23, 16)) and one.grave


def test_broken_rest_is_told_once_at_the_shift_that_comes_too_soon() -> None:
    rules = Rules(full(), shifts=(a_shift("ana", wall(23, 15), 4, "backup"),))
    scene = a_scene(rules, terms=replace(SOFT, rest=11 * HOUR))
    (one,) = found(scene, "rest")
    assert one.sentence == ("Fri 23 Oct 15:00, Vela has 8 h rest before this shift; 11 h is the rule here.")
    assert one.grave and one.person == "ana"


def test_a_rule_that_is_set_aside_by_name_is_not_told() -> None:
    from_, to = wall(23), wall(26)
    rules = Rules(full(), shifts=(a_shift("ana", wall(23, 15), 4, "backup"),))
    scene = a_scene(rules, terms=replace(SOFT, rest=11 * HOUR))
    aside = SetAside("ana", "rest", from_, to)
    assert found(replace(scene, set_aside=(aside,)), "rest") == []


def test_nights_running_and_the_hours_of_a_week_are_told_once_each() -> None:
    terms = replace(SOFT, nights_running=4, week_hours=60 * HOUR)
    shifts = tuple(a_shift("ana", wall(day, 19)) for day in range(20, 26))
    scene = a_scene(Rules(shifts=shifts), terms=terms)
    (run,) = found(scene, "nights_running")
    assert run.sentence == "Tue 20 Oct 19:00, Vela works 6 nights running; 4 is the rule here."
    (week,) = found(scene, "week_hours")
    assert week.sentence == "Mon 19 Oct 00:00, Vela is on call 65 h in a week; 60 h is the rule here."
    assert run.grave and not week.grave


def test_a_credential_that_ends_within_the_span_counts_the_shifts_it_blocks() -> None:
    terms = replace(SOFT, required={"primary": ("driver",)})
    license = Credential("driver", ends_on=date(2026, 10, 27))
    scene = a_scene(Rules((nights("ana", "ben", "cyd"),)), terms=terms)
    drives = {p: a_worker(p, credentials=(Credential("driver"),)) for p in ALL}
    scene = replace(scene, workers={**drives, "ana": a_worker("ana", credentials=(license,))})
    (one,) = found(scene, "paper")
    assert one.sentence == "Vela's driver's license ends 27 Oct. 2 shifts after it are blocked."
    assert (one.person, one.about) == ("ana", "driver")


def test_a_credential_that_is_not_there_at_all_is_told_too() -> None:
    terms = replace(SOFT, required={"primary": ("driver",)})
    (one, *_) = said(a_scene(Rules((nights("ana"),)), terms=terms, span=3 * DAY), "paper")
    assert one == "Vela has no driver's license on file. 3 shifts after it are blocked."


def test_who_is_on_call_needs_two_proved_numbers_that_fail_apart() -> None:
    scene = a_scene(Rules(full()))
    one_only = well("ana")[:1]
    unproved = (well("ben")[0], Way("w2", "call", "+12185550177"))
    same_phone = (well("cyd")[0], replace(well("cyd")[0], id="w3", kind="call"))
    ways = {**scene.ways, "ana": one_only, "ben": unproved, "cyd": same_phone, "dov": ()}
    assert sorted(said(replace(scene, ways=ways), "second_way", "unverified", "no_number")) == [
        "Osei has no phone number and is on call from Thu 22 Oct 07:00.",
        "Raman can be reached by one phone alone.",
        "Vela can be reached by one phone alone.",
        "Whitcomb's call number ending in 0177 is not proved.",
    ]


def test_who_is_on_call_needs_as_many_different_channels_as_the_program_asks_for() -> None:
    scene = a_scene(Rules(full()))
    calls_only = tuple(replace(way, kind="call") for way in well("ana"))
    no_texts = tuple(replace(way, no_texts=True) for way in well("ben"))
    three = (*well("cyd"), Way("w4", "email", "cyd@home.example", NOW - DAY))
    mail = (Way("w5", "email", "dov@home.example", NOW - DAY),)
    scene = replace(scene, ways={**scene.ways, "ana": calls_only, "ben": no_texts, "cyd": three, "dov": mail})
    asked = "alone, and 2 different channels are asked for."
    assert sorted(said(scene, "second_way")) == [
        "Osei can be reached by e-mail alone.",
        f"Vela can be reached by calls {asked}",
        f"Whitcomb can be reached by calls {asked}",
    ]
    # Where nobody carries calls, texts are all that can be asked for.
    texts_alone = replace(scene, carried=frozenset({"text"}), ways={"cyd": well("cyd")})
    assert said(texts_alone, "second_way") == []
    three_asked = replace(scene, channels_at_least=3)
    assert "Raman" not in " ".join(said(three_asked, "second_way"))


def test_somebody_who_stopped_our_texts_is_grave_when_their_shift_is_near() -> None:
    scene = a_scene(Rules(full()), stopped=frozenset({"ana", "fay"}))
    (one,) = found(scene, "stopped")
    assert one.sentence.startswith("Vela has stopped our texts and is on call from")
    assert one.grave


def test_a_phone_that_was_silent_for_more_than_two_weeks_is_to_be_rung() -> None:
    scene = a_scene(Rules(full()))
    old = tuple(replace(way, answered_at=NOW - 18 * DAY) for way in well("dov"))
    never = tuple(replace(way, answered_at=None) for way in well("eve"))
    scene = replace(scene, ways={**scene.ways, "dov": old, "eve": never})
    assert sorted(said(scene, "silent")) == [
        "Halloran's phone was never rung.",
        "Osei's phone last rang 18 days ago.",
    ]


def test_open_cover_is_told_when_its_shift_is_close() -> None:
    near = OpenCover("c1", "ana", "primary", wall(22, 19), wall(23, 7), sick=False)
    far = OpenCover("c2", "ben", "primary", wall(29, 19), wall(30, 7), sick=False)
    (one,) = found(a_scene(Rules(full()), covers=(near, far)), "cover")
    assert one.sentence == "Thu 22 Oct 19:00, Vela asks for cover, primary, and nobody has taken it."
    assert not one.grave and one.about == "c1"


def test_a_shift_that_grows_when_the_clocks_go_back_is_told_with_its_length() -> None:
    (one,) = found(a_scene(Rules(full())), "clocks")
    assert one.sentence == "Sun 1 Nov, the night is 13 h."
    assert one.cure.startswith("The clocks go back 1 h: ")


def test_a_hand_over_in_the_hour_that_comes_twice_or_never_is_told() -> None:
    late = Layer(
        "late",
        "primary",
        CHICAGO,
        datetime(2026, 1, 1, 1, 30),
        (("ana",), ("ben",)),
        turn=24 * HOUR,
        name="Late",
    )
    scene = a_scene(Rules((late,)), layer_names={"late": "Late"})
    assert "Sun 1 Nov, the hand-over at 01:30 of Late comes twice that night." in said(scene, "clocks")
    spring = datetime(2026, 3, 7, 12, tzinfo=UTC)
    early = replace(late, begins=datetime(2026, 1, 1, 2, 30))
    scene = replace(scene, now=spring, end=spring + 2 * DAY, rules=Rules((early,)))
    assert "Sun 8 Mar, the hand-over at 02:30 of Late does not exist that night." in said(scene, "clocks")


def test_a_law_of_time_that_moved_a_shift_is_told_in_its_own_sentence() -> None:
    (one,) = found(a_scene(Rules(full()), moved=("Nights begins an hour later from Mon 2 Nov.",)), "moved")
    assert one.sentence == "Nights begins an hour later from Mon 2 Nov." and one.grave


def test_a_team_that_the_law_does_not_let_go_together_is_told() -> None:
    rules = Rules((nights("ana"), nights("ben", id="second"), days("ana", "ben")))
    scene = a_scene(rules, TierNeed("primary", 2), state="MN", span=DAY)
    (one,) = found(scene, "composition")
    assert "Minnesota's law asks for a mental health professional" in one.sentence and one.grave


def test_findings_come_by_date_and_of_one_time_the_grave_ones_first() -> None:
    lines = lint(a_scene(Rules((days("ana"),)), stopped=frozenset({"ana"})))
    assert [one.starts_at for one in lines] == sorted(one.starts_at for one in lines)
