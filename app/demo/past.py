"""The county's past: its clients' crises, lived through the same doors as tonight's."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.charts import Entry, load, save, sign
from app.clock import VirtualClock
from app.commit import commit
from app.demo.clients import add_person
from app.demo.county import PROGRAM
from app.demo.words import PEOPLE, Past, Person
from app.intake import open_incident
from app.shell import Shell
from app.wiring import carried_by
from app.worker import Worker
from dispatch import commands as c
from notify.recorder import Recorder

ON_FILE_SINCE, REVIEW_AHEAD = timedelta(days=310), timedelta(days=90)
DESK, REVIEWER = "castellan", "haddad"
CALM = {"danger": "no", "weapon": "no", "violence": "no", "medical": "no"}


def live_through(shell: Shell) -> None:
    """Add the clients and play their past crises, oldest first, each at its own time."""
    now = shell.clock.now()
    long_ago = replace(shell, clock=VirtualClock(now - ON_FILE_SINCE), listeners=[])
    known = {person.name: add_person(long_ago, person, review_by=now + REVIEW_AHEAD) for person in PEOPLE}
    crises = [(past, person) for person in PEOPLE for past in person.crises]
    for past, person in sorted(crises, key=lambda pair: -pair[0].days):
        _crisis(shell, now - timedelta(days=past.days, hours=past.days % 7), past, person, known[person.name])


def _crisis(shell: Shell, began: datetime, past: Past, person: Person, client: str) -> None:
    clock = VirtualClock(began)
    then = replace(shell, clock=clock, listeners=[])
    worker = Worker(then, carried_by(Recorder(clock.now)))

    def later(minutes: float) -> None:
        worker.tick()
        clock.move(timedelta(minutes=minutes))

    fields = {
        "callback": person.phone,
        "place": person.address,
        "area": past.area,
        "person_name": person.name,
        "age_band": "child" if person.guardian else "adult",
        "words": past.words,
    }
    incident = open_incident(then, DESK, PROGRAM, "phone", CALM, (), fields, "board").incident.id

    def ask(command: c.Command, minutes: float, via: str = "sms") -> None:
        later(minutes)
        commit(then, incident, command, via=via)

    ask(c.Triage(DESK, past.acuity, "known_pattern"), 3, "board")
    ask(c.LinkClient(DESK, client), 1, "board")
    ask(c.Dispatch(DESK, past.lead, past.second), 1, "board")
    ask(c.Accept(past.lead, f"{incident}-1", 20), 1)
    ask(c.Accept(past.second, f"{incident}-2", 25), 1)
    for person_id in (past.lead, past.second):
        ask(c.GoEnRoute(person_id, person_id), 2)
    for person_id in (past.lead, past.second):
        ask(c.Arrive(person_id, person_id), 9)
    ask(c.MeetPerson(past.lead, past.lead), 2)
    ask(c.Clear(past.lead, past.lead), past.minutes)
    later(12)
    save(then, incident, past.lead, Entry(_notes(past), 0, "past"))
    later(20)
    with shell.store.read() as connection:
        row = load(connection, shell, incident).row
    sign(then, incident, past.lead, row)
    ask(c.SignOff(REVIEWER, "sound"), 480, "board")
    worker.tick()


def _notes(past: Past) -> dict[str, object]:
    """What a short, whole note of that night looks like."""
    recommended = "hospital_voluntary" if past.disposition.startswith("hospital") else past.disposition
    return {
        "cssrs_q1": "yes",
        "cssrs_q2": "no",
        "cssrs_q6": "no",
        "substances_now": "no",
        "medical_flags": ["none_seen"],
        "sources": ["person", "family", "own_eyes"],
        "narrative": past.narrative,
        "facts": [{"time": "23:10", "fact": past.words, "source": "The person, heard it"}],
        "other_ways": [
            {"way": "Home with someone", "happened": "Talked over with the family.", "time": "23:30"}
        ],
        "voluntary": "yes",
        "voluntary_words": "Offered in plain words, and taken.",
        "recommendation": recommended,
        "disposition": past.disposition,
        "dependents": "None.",
        "guardian": "told",
        "guardian_words": "Was there the whole time.",
        "transport": "Family car.",
    }
