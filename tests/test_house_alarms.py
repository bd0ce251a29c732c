"""An alarm of the house: it stands until it is over, is found again, is somebody's, and stays as history."""

from datetime import timedelta

from sqlalchemy import select

from app.house_alarms import HouseAlarm, end_alarm, mark_told, raise_alarm, standing, take
from app.tables import house_alarms
from tests.house import NIGHT, PROGRAM, House, a_house, on_both

LATER = NIGHT + timedelta(minutes=3)

house = on_both(a_house)


def alarms(house: House, program: str | None = None) -> tuple[HouseAlarm, ...]:
    with house.shell.store.read() as connection:
        return standing(connection, program)


def test_what_is_found_again_stays_one_alarm_and_says_what_is_so_now(house: House) -> None:
    with house.shell.store.write() as connection:
        assert raise_alarm(connection, "provider", "twilio:text", "It refused one.", now=NIGHT)
        assert not raise_alarm(connection, "provider", "twilio:text", "It refused two.", now=LATER)
        assert raise_alarm(connection, "provider", "twilio:call", "It refused a call.", now=LATER)
    text, call = alarms(house)
    assert (text.sentence, text.raised_at, text.seen_at) == ("It refused two.", NIGHT, LATER)
    assert call.about == "twilio:call"


def test_an_alarm_that_is_over_is_history_and_may_stand_again(house: House) -> None:
    with house.shell.store.write() as connection:
        raise_alarm(connection, "law", "owned", "A call has no owner.", now=NIGHT)
        assert end_alarm(connection, "law", "owned", LATER)
        assert not end_alarm(connection, "law", "owned", LATER), "it ends once"
        assert raise_alarm(connection, "law", "owned", "A call has no owner.", now=LATER)
    assert [one.raised_at for one in alarms(house)] == [LATER]
    with house.shell.store.read() as connection:
        assert len(connection.execute(select(house_alarms.c.id)).all()) == 2


def test_a_desk_sees_what_concerns_its_program_and_what_concerns_all(house: House) -> None:
    with house.shell.store.write() as connection:
        raise_alarm(connection, "reach", "ana", "Ana Vela cannot be reached.", program=PROGRAM, now=NIGHT)
        raise_alarm(connection, "law", "owned", "A call has no owner.", now=LATER)
    assert [one.kind for one in alarms(house, PROGRAM)] == ["reach", "law"]
    assert [one.kind for one in alarms(house, "birch")] == ["law"]


def test_the_first_who_takes_an_alarm_has_it(house: House) -> None:
    with house.shell.store.write() as connection:
        raise_alarm(connection, "law", "owned", "A call has no owner.", now=NIGHT)
        (found,) = standing(connection)
        assert take(connection, found.id, "ruiz", LATER)
        assert not take(connection, found.id, "castellan", LATER)
        mark_told(connection, found.id, LATER)
    (found,) = alarms(house)
    assert (found.taken_by, found.told_at) == ("ruiz", LATER)


def test_a_long_sentence_is_kept_as_far_as_there_is_room(house: House) -> None:
    with house.shell.store.write() as connection:
        raise_alarm(connection, "law", "owned", "Call. " * 100, now=NIGHT)
    assert len(alarms(house)[0].sentence) == 300
