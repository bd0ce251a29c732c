"""Laws about people: who is asked, who is told, who answers, who is looked after."""

from collections.abc import Iterator

from app.sim.county import County
from app.sim.step import Commit
from app.sim.step import Step as Seen
from dispatch import facts as f
from dispatch import messages as m
from dispatch.alarms import TEXTED
from dispatch.commands import RULE
from dispatch.ladder import NEVER_AGAIN
from dispatch.stages import AT_PERSON, COMMITTED, EXITS, Stage, Step

HUMAN = frozenset({"board", "sms", "link", "phone", "voice"})
ENDING = (f.Cleared, f.NotFound, f.CareRefused, f.Cancelled, f.MarkedDuplicate, f.HandedOver, f.SignedOff)


def no_incident_ends_in_silence(seen: Seen, county: County) -> Iterator[str]:
    """An incident leaves the desk, and the review, by an act of a person: never by age, error or timer."""
    for one in seen.commits:
        if one.before is None or one.before.stage is one.after.stage:
            continue
        if one.after.stage in EXITS | {Stage.CLEARED, Stage.REVIEWED}:
            acts = [entry for entry in one.entries if isinstance(entry.fact, ENDING)]
            if not acts or any(entry.via not in HUMAN or county.person(entry.by) is None for entry in acts):
                yield f"{one.after.ref} went to {one.after.stage} without a person's act"


def only_a_person_answers(seen: Seen, county: County) -> Iterator[str]:
    """A page is answered by its own person, or by a colleague who heard them: a report answers nothing."""
    for one in seen.commits:
        for entry in one.entries:
            if isinstance(entry.fact, (f.Accepted, f.Declined, f.GaveBack)):
                page = one.after.page(entry.fact.page)
                own = entry.by == entry.fact.person or getattr(entry.fact, "on_behalf", True)
                if entry.via not in HUMAN or county.person(entry.by) is None or not own:
                    yield f"{type(entry.fact).__name__} of {entry.fact.page} by {entry.by} via {entry.via}"
                if page is None or page.person != entry.fact.person:
                    yield f"{entry.fact.page} was answered for {entry.fact.person}, whose page it is not"


def what_is_told_is_what_is_stored(seen: Seen, county: County) -> Iterator[str]:
    """An answer that a person was told is the answer that is stored."""
    for one in seen.commits:
        for message in one.messages:
            wrong = _untrue(one, message, county)
            if wrong:
                yield f"{message.to} on {one.after.ref} was told {message}: {wrong}"


def _untrue(one: Commit, message: m.Message, county: County) -> str:
    member = one.after.member(message.to)
    match message:
        case m.YesHeard(partner=partner):
            others = [
                county.person(other.person) for other in one.after.members if other.person != message.to
            ]
            names: list[str | None] = [other.name for other in others if other]
            return "" if member and [partner] == (names or [None]) else f"the team is {one.after.out}"
        case m.NoHeard():
            return "they are on the team" if member else ""
        case m.PartnerFound(partner=partner):
            names = [person.name for person in (county.person(p) for p in one.after.out) if person]
            return "" if member and partner in names else "there is no such team"
        case m.StandDown():
            return "they are needed" if message.to in one.after.out and not _moved_on(one, message.to) else ""
        case m.PageResponder(page=page):
            asked = one.after.page(page)
            return (
                ""
                if asked and asked.person == message.to and asked.answer_by == message.answer_by
                else "no page"
            )
        case _:
            return ""


def _moved_on(one: Commit, person: str) -> bool:
    # One page of two was withdrawn because the other was accepted.
    return any(fact.person == person for fact in one.facts(f.Accepted, f.Withdrawn))


def nobody_is_dropped_in_silence(seen: Seen, county: County) -> Iterator[str]:
    """Who was on the way, or was being asked, is told when they are not wanted, unless they said so."""
    for one in seen.commits:
        told = {message.to for message in one.messages}
        by = {entry.by for entry in one.entries}
        for fact in one.facts(f.Withdrawn):
            if fact.person not in told:
                yield f"{fact.person}'s page on {one.after.ref} was withdrawn in silence"
        gone = set(one.before.out) - set(one.after.out) if one.before else set()
        for person in gone - told - by:
            member = one.before.member(person) if one.before else None
            on_scene = member is not None and member.step is Step.ON_SCENE
            gave_back = any(fact.person == person for fact in one.facts(f.GaveBack))
            if not gave_back and not (on_scene and one.after.stage not in (Stage.TRIAGED, Stage.CANCELLED)):
                yield f"{person} left {one.after.ref} and was not told"


def one_person_one_seat(seen: Seen, county: County) -> Iterator[str]:
    """A seat has one member, and a person is on one task."""
    for one in seen.commits:
        members = one.after.members
        if len({member.seat for member in members}) < len(members) or len(members) > 2:
            yield f"{one.after.ref} has two in one seat"
        for person in one.after.out:
            elsewhere = seen.out.get(person, one.incident)
            if elsewhere != one.incident:
                yield f"{person} is out on two incidents"


def no_page_waits_unwanted(seen: Seen, county: County) -> Iterator[str]:
    """A page is open only for an open seat of an incident that finds its team, once for each person."""
    for one in seen.commits:
        open_pages = one.after.open_pages
        for page in open_pages:
            if page.seat not in one.after.open_seats() or one.after.stage not in COMMITTED - {
                Stage.WITH_PERSON
            }:
                yield f"{page.id} of {one.after.ref} waits for an answer that nobody needs"
        if len({page.person for page in open_pages}) < len(open_pages):
            yield f"one person has two open pages on {one.after.ref}"


def the_ladder_asks_who_may_come(seen: Seen, county: County) -> Iterator[str]:
    """The ladder asks nobody who is out, who said they must not come, or who had their turn in this round."""
    for one in seen.commits:
        for entry in one.entries:
            if not isinstance(entry.fact, f.Asked) or entry.by != RULE:
                continue
            person = entry.fact.person
            earlier = [p for p in one.after.pages if p.person == person and p.id != entry.fact.page]
            turn = [
                p for p in earlier if p.round == one.after.rounds and p.state not in ("withdrawn", "asked")
            ]
            if any(page.reason in NEVER_AGAIN for page in earlier) or turn:
                yield f"{person} was asked again on {one.after.ref}"
            if seen.out.get(person, one.incident) != one.incident:
                yield f"{person} was asked while out elsewhere"


def a_page_has_its_time(seen: Seen, county: County) -> Iterator[str]:
    """No page lapses before its time; and only one that was never sent gets other time."""
    for one in seen.commits:
        for fact in one.facts(f.Lapsed):
            page = one.after.page(fact.page)
            if page is None or fact.at < page.answer_by:
                yield f"{fact.page} lapsed early"
        anew = {fact.page for fact in one.facts(f.AskedAnew)}
        for page in one.before.pages if one.before else ():
            now = one.after.page(page.id)
            if page.id not in anew and (now is None or now.answer_by != page.answer_by):
                yield f"{page.id} got another deadline"
    for move in seen.moves:
        if move.what == "page rewritten":
            yield f"{move.id} was rewritten"


def everyone_on_scene_has_a_clock(seen: Seen, county: County) -> Iterator[str]:
    """Each person on scene has a check-in clock of their own, or an alarm that it was missed."""
    for one in seen.commits:
        if one.after.stage not in AT_PERSON:
            continue
        missed = {alarm.about for alarm in one.after.alarms if alarm.kind == "check_missed"}
        for member in one.after.members:
            if member.step is Step.ON_SCENE and member.check_by is None and member.person not in missed:
                yield f"nobody watches over {member.person} on {one.after.ref}"


def a_check_in_is_ones_own(seen: Seen, county: County) -> Iterator[str]:
    """One person's sign of life resets nobody else's clock."""
    for one in seen.commits:
        heard = {fact.person for fact in one.facts(f.CheckedIn, f.CheckAsked, f.CheckMissed, f.StepTaken)}
        if one.before is None or one.after.stage not in AT_PERSON or not heard:
            continue
        for member in one.after.members:
            was = one.before.member(member.person)
            if member.person not in heard and was and was.check_by != member.check_by:
                yield f"{member.person}'s clock on {one.after.ref} moved without them"


def a_missed_check_in_is_an_alarm(seen: Seen, county: County) -> Iterator[str]:
    """A missed check-in raises its alarm at once, and only that person's sign of life ends it untaken."""
    for one in seen.commits:
        raised = {fact.about for fact in one.facts(f.AlarmRaised) if fact.kind == "check_missed"}
        for fact in one.facts(f.CheckMissed):
            if fact.person not in raised:
                yield f"{fact.person} on {one.after.ref} missed a check-in and no alarm rose"
        heard = {fact.person for fact in one.facts(f.CheckedIn, f.Cleared, f.NotFound, f.CareRefused)}
        taken = any(fact.kind == "check_missed" for fact in one.facts(f.AlarmTaken))
        stood = one.before.standing if one.before and not taken else ()
        untaken = {alarm.about for alarm in stood if alarm.kind == "check_missed"}
        for ended in one.facts(f.AlarmEnded):
            if ended.kind == "check_missed" and ended.about in untaken - heard:
                yield f"the alarm about {ended.about} went away by itself"


def an_urgent_alarm_is_texted(seen: Seen, county: County) -> Iterator[str]:
    """An alarm that must reach a supervisor is owed to one in the commit that raised it."""
    for one in seen.commits:
        for fact in one.facts(f.AlarmRaised):
            told = [x for x in one.messages if isinstance(x, m.AlarmStands) and x.kind == fact.kind]
            if fact.kind in TEXTED and not told:
                yield f"{fact.kind} on {one.after.ref} was texted to nobody"


def an_alarm_that_nobody_took_is_told_to_all(seen: Seen, county: County) -> Iterator[str]:
    """Who is on call did not take it: the next time, every supervisor hears of it."""
    supervisors = {person.id for person in county.of("supervisor")}
    for one in seen.commits:
        over = {fact.kind for fact in one.facts(f.AlarmTaken, f.AlarmEnded)}
        before = one.before.standing if one.before else ()
        stood = {(alarm.kind, alarm.about) for alarm in before if alarm.kind not in over}
        for fact in one.facts(f.AlarmRaised):
            told = {x.to for x in one.messages if isinstance(x, m.AlarmStands) and x.kind == fact.kind}
            if fact.kind in TEXTED and (fact.kind, fact.about) in stood and supervisors - told:
                yield f"{fact.kind} on {one.after.ref} is told again, and not to {min(supervisors - told)}"


def nobody_reviews_their_own_case(seen: Seen, county: County) -> Iterator[str]:
    """A supervisor who had no part in it reviews."""
    for one in seen.commits:
        for fact in one.facts(f.SignedOff, f.AuthorAsked):
            person = county.person(fact.by)
            if (
                one.before is None
                or fact.by in one.before.worked
                or person is None
                or person.role != "supervisor"
            ):
                yield f"{fact.by} reviewed {one.after.ref}"


def what_is_signed_stays(seen: Seen, county: County) -> Iterator[str]:
    """Signed notes never change."""
    for one in seen.commits:
        was = one.before
        if was and was.signed_by and (was.digest, was.signed_by) != (one.after.digest, one.after.signed_by):
            yield f"the signed notes of {one.after.ref} changed"
