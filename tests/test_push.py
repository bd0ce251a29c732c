"""Pages in a browser, through the whole house: turned on, sealed, shown, opened, gone; and nothing for a bystander."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.codec import load_message
from app.outside import Outside
from app.push_token import token_of
from app.rota.browsers import name_of
from app.tables import house_alarms, journal, outbox, ways
from dispatch import messages
from dispatch.messages import Message, NumberCode
from notify.notices import ANY, notice
from tests.house import NIGHT, a_house, on_both
from tests.loopback.push_server import Answer
from tests.pushed import SECRET, Pushed, a_pushed_house
from tests.test_canary import BIRDS
from tests.test_canary import seen as birds_in
from tests.walk import csrf, post
from tests.wired import a_call

pushed = on_both(a_pushed_house)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Pushed]:
    """Where the database makes no difference."""
    with a_pushed_house(tmp_path) as house:
        yield house


# --- a browser is turned on ---------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["shown", "opened"])
def test_a_browser_counts_when_it_has_shown_the_test_and_not_before(pushed: Pushed, said: str) -> None:
    browser = pushed.push.browser()
    assert pushed.subscribe(pushed.house.client("ana"), browser).status_code == 204
    (way,) = pushed.ways("ana")
    assert (way.kind, way.address, way.label) == ("push", browser.endpoint, "Chrome on Linux")
    assert way.keys["auth"] == browser.keys["auth"] and way.verified_at is None
    pushed.worker.tick()
    (test,) = pushed.push.taken
    assert pushed.ways("ana")[0].verified_at is None, "that the service took it proves nothing"
    assert pushed.seen(test, said) == 204
    assert pushed.ways("ana")[0].verified_at == NIGHT
    assert pushed.rows()[0].reached == {"shown": 5, "opened": 6}[said]


def test_a_long_address_fits(pushed: Pushed) -> None:
    """Those of Firefox and Windows have five hundred letters and more."""
    browser = pushed.push.browser("x" * 700)
    assert pushed.subscribe(pushed.house.client("ana"), browser).status_code == 204
    pushed.worker.tick()
    assert len(pushed.push.taken) == 1 and pushed.rows()[0].address == browser.endpoint


def test_turning_on_twice_is_once(pushed: Pushed) -> None:
    pushed.turned_on("ana")
    client = pushed.house.client("ana")
    assert pushed.subscribe(client, next(iter(pushed.push.browsers.values()))).status_code == 204
    assert len(pushed.ways("ana")) == 1 and len(pushed.rows()) == 1 and pushed.ways("ana")[0].verified_at


def test_a_browser_that_was_not_seen_is_tried_again_after_two_minutes(sqlite: Pushed) -> None:
    client, browser = sqlite.house.client("ana"), sqlite.push.browser()
    assert sqlite.subscribe(client, browser).status_code == 204
    soon = sqlite.subscribe(client, browser)
    assert soon.status_code == 409 and "two minutes" in soon.get_json()["error"]
    sqlite.pass_time(minutes=3)
    assert sqlite.subscribe(client, browser).status_code == 204 and len(sqlite.rows()) == 2


def test_new_keys_are_proved_anew(sqlite: Pushed) -> None:
    sqlite.turned_on("ana")
    again = sqlite.push.browser()  # the same address, keys of its own
    assert sqlite.subscribe(sqlite.house.client("ana"), again).status_code == 204
    (way,) = sqlite.ways("ana")
    assert way.verified_at is None and way.keys["p256dh"] == again.keys["p256dh"]
    sqlite.worker.tick()
    assert sqlite.seen(sqlite.push.taken[-1], "shown") == 204 and sqlite.ways("ana")[0].verified_at


def test_a_browser_belongs_to_whoever_turned_it_on_last(pushed: Pushed) -> None:
    browser = pushed.turned_on("ana")
    assert pushed.subscribe(pushed.house.client("ben"), browser).status_code == 204
    assert pushed.ways("ana") == [] and [way.person for way in pushed.ways("ben")] == ["ben"]


def test_nobody_keeps_browsers_without_end(sqlite: Pushed) -> None:
    client = sqlite.house.client("ana")
    answers = [sqlite.subscribe(client, sqlite.push.browser(f"b{number}")).status_code for number in range(8)]
    assert answers[0] == 204 and answers[-1] == 409 and len(sqlite.ways("ana")) == answers.count(204) <= 6


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:8000/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://fcm.googleapis.com.evil.example/x",
        "http://fcm.googleapis.com/x",
        "https://evil.example/x",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_and_nothing_is_kept(
    sqlite: Pushed, endpoint: str
) -> None:
    answer = sqlite.subscribe(sqlite.house.client("ana"), sqlite.push.browser(), endpoint=endpoint)
    assert answer.status_code == 409 and "no push service" in answer.get_json()["error"]
    assert sqlite.ways("ana") == [] and sqlite.rows() == [] and sqlite.push.asked == 0


@pytest.mark.parametrize("name", ["endpoint", "p256dh", "auth"])
@pytest.mark.parametrize("given", ["", "x", "\x00", "x" * 5_000, "<script>"])
def test_half_a_subscription_is_refused_in_a_sentence(sqlite: Pushed, name: str, given: str) -> None:
    answer = sqlite.subscribe(sqlite.house.client("ana"), sqlite.push.browser(), **{name: given})
    assert answer.status_code in (409, 422) and answer.get_json()["error"].endswith(".")
    assert sqlite.ways("ana") == [] and "script" not in answer.get_data(as_text=True)


def test_where_no_key_is_set_it_is_said(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        answer = house.client("ana").get("/push/key", headers={"X-Standby": "1"})
        assert answer.status_code == 409 and "not set up" in answer.get_json()["error"]


def test_the_key_is_given_to_who_is_signed_in_and_the_secret_to_nobody(sqlite: Pushed) -> None:
    given = sqlite.house.client("ana").get("/push/key").get_data(as_text=True)
    assert json.loads(given)["key"] == sqlite.push.public_key and SECRET not in given
    assert sqlite.house.client().get("/push/key", headers={"X-Standby": "1"}).status_code == 401


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("<script>alert(1)</script>", "Browser"),
        ("", "Browser"),
    ],
)
def test_a_browser_is_called_what_its_owner_knows_it_by(agent: str, name: str) -> None:
    assert name_of(agent) == name


# --- the script that shows notices --------------------------------------------------------------------------


def test_the_script_is_at_the_root_for_anybody_and_never_kept_by_a_cache(sqlite: Pushed) -> None:
    answer = sqlite.house.app.test_client().get("/sw.js")
    assert answer.status_code == 200 and answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers


# --- a page goes out ----------------------------------------------------------------------------------------


def test_a_page_is_shown_in_the_browser_at_once_and_leads_to_its_answer(pushed: Pushed) -> None:
    pushed.turned_on("ana")
    a_call(pushed.house.shell)
    pushed.worker.tick()
    page = pushed.push.taken[-1].payload
    assert page["body"] == "Page 2002 waits for you. Open it." and page["url"].startswith("/p/")
    assert pushed.house.app.test_client().get(page["url"]).status_code == 200
    assert page["tag"] == pushed.rows()[-1].page, "the same page again takes its place"
    assert pushed.house.texts("ana"), "the text goes beside it"


def test_shown_and_opened_come_in_any_order_and_any_number_of_times(pushed: Pushed) -> None:
    pushed.turned_on("ana")
    a_call(pushed.house.shell)
    pushed.worker.tick()
    page = pushed.push.taken[-1]
    assert [pushed.seen(page, said) for said in ("opened", "shown", "opened", "shown")] == [204] * 4
    assert pushed.rows()[-1].reached == 6 and pushed.rows()[-1].failed is None


def test_a_word_that_was_said_before_writes_nothing(sqlite: Pushed) -> None:
    sqlite.turned_on("ana")
    before = _written(sqlite)
    assert [sqlite.seen(sqlite.push.taken[0], "shown") for _ in range(20)] == [204] * 20
    assert _written(sqlite) == before


def test_a_word_that_was_said_before_waits_for_nobody_who_writes(sqlite: Pushed) -> None:
    """Whoever holds a token may say it all day: it takes no writer's turn from a page."""
    sqlite.turned_on("ana")
    with ThreadPoolExecutor(1) as other, sqlite.house.shell.store.write():
        assert other.submit(sqlite.seen, sqlite.push.taken[0], "shown").result(timeout=20) == 204


def test_a_browser_that_takes_no_more_is_given_up_and_the_text_goes_on(pushed: Pushed) -> None:
    pushed.turned_on("ana")
    pushed.push.answer(Answer(410))
    a_call(pushed.house.shell)
    pushed.worker.tick()
    (way,) = pushed.ways("ana")
    assert way.broken_at is not None and way.broken_code == "gone"
    assert pushed.rows()[-1].state == "failed" and pushed.house.texts("ana")


def test_a_refused_key_raises_an_alarm_and_breaks_nobodys_browser(pushed: Pushed) -> None:
    pushed.turned_on("ana")
    pushed.push.answer(Answer(403))
    a_call(pushed.house.shell)
    pushed.worker.tick()
    assert pushed.ways("ana")[0].broken_at is None
    with pushed.house.shell.store.read() as connection:
        alarms = connection.execute(select(house_alarms).where(house_alarms.c.ended_at.is_(None))).all()
    assert [alarm.about for alarm in alarms] == ["push:push"]
    assert pushed.house.texts("ana")


def test_a_service_that_breaks_down_is_tried_again_with_the_same_notice(pushed: Pushed) -> None:
    pushed.turned_on("ana")
    pushed.push.answer(Answer(503))
    a_call(pushed.house.shell)
    pushed.worker.tick()
    assert pushed.rows()[-1].state == "ambiguous" and len(pushed.push.taken) == 1
    pushed.pass_time(seconds=4)
    assert pushed.rows()[-1].state == "sent" and len(pushed.push.taken) == 2


def test_a_push_is_not_kept_longer_than_its_page(sqlite: Pushed) -> None:
    sqlite.turned_on("ana")
    a_call(sqlite.house.shell)
    sqlite.worker.tick()
    (page,) = [row for row in sqlite.rows() if row.page is not None]
    left = load_message(page.kind, page.message).answer_by - NIGHT  # type: ignore[attr-defined]
    assert timedelta(seconds=int(sqlite.push.taken[-1].headers["ttl"])) == left < timedelta(minutes=10)


# --- the token ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "token", ["", "1", "1.", "1.AAAAAAAAAAAAAAAAAAAAAA", "x.y", "1" * 40, "\x00", "1.ä" * 9]
)
@pytest.mark.parametrize("said", ["shown", "opened"])
def test_a_token_that_is_not_ours_says_nothing(sqlite: Pushed, token: str, said: str) -> None:
    sqlite.turned_on("ana")
    before = _written(sqlite)
    answer = sqlite.house.app.test_client().post("/push/seen", data={"seen": token, "said": said})
    assert answer.status_code == 404 and _written(sqlite) == before


@pytest.mark.parametrize("said", ["", "delivered", "human", "failed", "gone", "SHOWN"])
def test_no_other_word_can_be_said_with_it(sqlite: Pushed, said: str) -> None:
    sqlite.turned_on("ana")
    before = _written(sqlite)
    assert sqlite.seen(sqlite.push.taken[0], said) == 404 and _written(sqlite) == before


def test_the_token_of_one_push_says_nothing_of_another_row(sqlite: Pushed) -> None:
    sqlite.turned_on("ana")
    a_call(sqlite.house.shell)
    sqlite.worker.tick()
    first, page = (taken.payload["seen"] for taken in (sqlite.push.taken[0], sqlite.push.taken[-1]))
    crossed = f"{page.partition('.')[0]}.{first.partition('.')[2]}"
    client = sqlite.house.app.test_client()
    assert client.post("/push/seen", data={"seen": crossed, "said": "opened"}).status_code == 404


def test_no_text_can_be_said_to_be_shown(sqlite: Pushed) -> None:
    """The token is of a try by push alone, though any row's could be derived."""
    a_call(sqlite.house.shell)
    sqlite.worker.tick()
    token = token_of(sqlite.house.shell, sqlite.rows("text")[0].id)
    answer = sqlite.house.app.test_client().post("/push/seen", data={"seen": token, "said": "opened"})
    assert answer.status_code == 404 and sqlite.rows("text")[0].reached < 6


# --- away again ---------------------------------------------------------------------------------------------


def test_a_browser_of_ones_own_is_taken_away_and_another_persons_is_not(sqlite: Pushed) -> None:
    sqlite.turned_on("ana")
    (way,) = sqlite.ways("ana")
    assert post(sqlite.house.client("ben"), f"/push/{way.id}/remove").status_code == 404
    assert len(sqlite.ways("ana")) == 1
    ana = sqlite.house.client("ana")
    assert ana.post(f"/push/{way.id}/remove", data={}).status_code == 403
    assert csrf(ana) and post(ana, f"/push/{way.id}/remove").status_code == 302 and sqlite.ways("ana") == []


# --- a lock screen ------------------------------------------------------------------------------------------


def _all_messages() -> list[type[Message]]:
    found = [one for one in vars(messages).values() if isinstance(one, type) and is_dataclass(one)]
    return [one for one in found if issubclass(one, Message) and one is not Message]


@pytest.mark.parametrize("kind", _all_messages(), ids=lambda kind: kind.__name__)
def test_a_notice_says_nothing_but_a_number(kind: type[Message]) -> None:
    """Whatever stands in a slot, a lock screen shows none of it."""
    filled: dict[str, Any] = {field.name: f"{field.name} of Zaunkoenig" for field in fields(kind)}
    filled["ref"] = 2001
    if "refs" in filled:
        filled["refs"] = (2001, 2002)
    said = notice(kind(**filled))
    assert "Zaunkoenig" not in said and len(said) <= 60
    assert set(_numbers(said)) <= {2001, 2} and (kind is not NumberCode or _numbers(said) == [])
    assert said == ANY or said.count(".") + said.count("?") <= 3


def _numbers(text: str) -> list[int]:
    return [int(word) for word in "".join(one if one.isdigit() else " " for one in text).split()]


def test_no_patient_word_no_acuity_and_no_place_goes_to_a_push_service(sqlite: Pushed) -> None:
    sqlite.turned_on("ana")
    a_call(sqlite.house.shell, **BIRDS)
    sqlite.worker.tick()
    page = sqlite.push.taken[-1]
    told = json.dumps(page.payload) + json.dumps(page.headers)
    assert birds_in(told) == [] and "Priority" not in told and "Nyberg" not in told and "2 people" not in told
    assert set(page.payload) == {"title", "body", "tag", "url", "seen"}
    assert "2002" not in json.dumps(page.headers), "not even the number stands outside the seal"


# --- other ways to be wrong ---------------------------------------------------------------------------------


def test_a_house_without_a_push_service_still_pages(tmp_path: Path) -> None:
    with a_house(tmp_path, outside=Outside()) as house:
        a_call(house.shell)
        house.worker.tick()
        assert house.texts("ana")


def _written(pushed: Pushed) -> list[Any]:
    with pushed.house.shell.store.read() as connection:
        rows = [connection.execute(select(table)).all() for table in (outbox, ways)]
        return [*rows, connection.execute(select(journal.c.seq)).all()]
