"""Pushes over a real push service: sealed, signed, bounded, and only ever to a service that we know."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from notify.push_address import are_keys, is_service, public_key
from notify.transport import Outcome, Push
from notify.web_push import PushTransport
from tests.loopback.dripping import dripping
from tests.loopback.push_server import Answer, Browser, LoopbackPush

SECRET = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"
OTHER = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8"
CONTACT = "keeper@alder.example"


@pytest.fixture
def service() -> Iterator[LoopbackPush]:
    with LoopbackPush(public_key(SECRET)) as push:
        yield push


def transport(**more: object) -> PushTransport:
    return PushTransport(SECRET, CONTACT, ("localhost",), **more)  # type: ignore[arg-type]


def push(browser: Browser, **more: str) -> Push:
    payload = {"title": "Alder", "body": "Page 2001 waits for you. Open it.", "tag": "p1", **more}
    return Push(browser.endpoint, browser.keys, payload, "17")


def test_a_notice_arrives_sealed_and_signed_and_only_its_browser_can_read_it(service: LoopbackPush) -> None:
    assert transport().send(push(service.browser())) == Outcome("sent")
    (taken,) = service.taken
    assert service.wrong == [] and taken.payload == dict(push(service.browser()).payload)
    assert taken.headers["ttl"] == "120" and taken.headers["urgency"] == "high"


def test_the_time_it_may_wait_goes_with_it(service: LoopbackPush) -> None:
    transport().send(replace(push(service.browser()), valid_for=timedelta(seconds=45)))
    assert service.taken[0].headers["ttl"] == "45"


def test_the_same_page_has_the_same_topic_and_the_topic_says_nothing(service: LoopbackPush) -> None:
    wire, browser = transport(), service.browser()
    for tag in ("page-2001", "page-2001", "page-2002"):
        wire.send(push(browser, tag=tag))
    first, again, other = (taken.headers["topic"] for taken in service.taken)
    assert first == again != other and len(first) <= 32 and "2001" not in first


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(200), Outcome("sent")),
        (Answer(202), Outcome("sent")),
        (Answer(400), Outcome("refused", code="400")),
        (Answer(401), Outcome("refused", code="401", account_wide=True)),
        (Answer(403), Outcome("refused", code="403", account_wide=True)),
        (Answer(404), Outcome("refused", code="gone", permanent=True)),
        (Answer(410), Outcome("refused", code="gone", permanent=True)),
        (Answer(413), Outcome("refused", code="413")),
        (Answer(429), Outcome("refused", code="429")),
        (Answer(500), Outcome("ambiguous", code="500")),
        (Answer(503), Outcome("ambiguous", code="503")),
        (Answer(cut=True), Outcome("ambiguous", code="no_answer")),
    ],
    ids=lambda value: (
        str(value.status if not value.cut else "cut") if isinstance(value, Answer) else value.kind
    ),
)
def test_each_answer_is_what_it_is(service: LoopbackPush, answer: Answer, outcome: Outcome) -> None:
    service.answer(answer)
    wire, browser = transport(), service.browser()
    assert wire.send(push(browser)) == outcome
    assert wire.send(push(browser)).kind == "sent"


def test_a_service_that_never_answers_is_left_in_time(service: LoopbackPush) -> None:
    service.answer(Answer(held=True))
    began = time.monotonic()
    assert transport(total_seconds=0.5).send(push(service.browser())) == Outcome(
        "ambiguous", code="no_answer"
    )
    assert 0.4 < time.monotonic() - began < 2.0


def test_an_answer_that_drips_is_not_waited_for(service: LoopbackPush) -> None:
    with dripping("headers") as base:
        browser = replace(service.browser(), endpoint=f"{base.replace('127.0.0.1', 'localhost')}/push/1")
        began = time.monotonic()
        said = transport(total_seconds=0.4).send(push(browser))
        assert said == Outcome("ambiguous", code="no_answer")
        assert time.monotonic() - began < 4.0


def test_where_nobody_listens_nothing_has_gone_out() -> None:
    with LoopbackPush() as closed:
        browser = closed.browser()
    assert transport().send(push(browser)) == Outcome("refused", code="unreachable")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(service: LoopbackPush, status: int) -> None:
    service.answer(Answer(status, location=f"{service.base}/send/two"))
    service.browser("two")
    assert transport().send(push(service.browser())) == Outcome("refused", code=str(status))
    assert service.asked == 1 and service.wrong == [] and service.taken == []


def test_a_browser_of_an_older_key_of_ours_is_given_up_before_the_service_blames_all(
    service: LoopbackPush,
) -> None:
    browser = service.browser()
    old = replace(push(browser), keys={**browser.keys, "key": public_key(OTHER)})
    assert (
        transport().send(old) == Outcome("refused", code="other_key", permanent=True) and service.asked == 0
    )
    ours = replace(push(browser), keys={**browser.keys, "key": public_key(SECRET)})
    assert transport().send(ours) == Outcome("sent")


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"p256dh": "BA" + "A" * 85, "auth": "AAAAAAAAAAAAAAAAAAAAAA"},  # a point, but not on the curve
        {"p256dh": "not base64!", "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"p256dh": None, "auth": 7},
    ],
)
def test_keys_that_seal_nothing_are_refused_before_the_wire(
    service: LoopbackPush, keys: dict[str, str]
) -> None:
    outcome = transport().send(replace(push(service.browser()), keys=keys))
    assert outcome == Outcome("refused", code="bad_keys", permanent=True) and service.asked == 0
    assert not are_keys(keys) and are_keys(service.browser().keys)


GOOD = [
    "https://fcm.googleapis.com/fcm/send/c5Yk:APA91bH-_x",
    "https://fcm.googleapis.com/wp/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA-_=",
    "https://web.push.apple.com/QGuQyavXutnMH",
    "https://wns2-by3p.notify.windows.com/w/?token=BQYAAAD%2b",
    "https://fcm.googleapis.com:443/fcm/send/x",
]
BAD = [
    "http://fcm.googleapis.com/fcm/send/x",
    "https://fcm.googleapis.com:8443/fcm/send/x",
    "https://127.0.0.1/x",
    "http://127.0.0.1:8000/x",
    "https://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0177.0.0.1/x",
    "https://localhost.evil.example/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://fcm.googleapis.com:pw@evil.example/x",
    "https://evil.example/@fcm.googleapis.com",
    "https://evil.example#@fcm.googleapis.com/x",
    "https://evil.example\\@fcm.googleapis.com/x",
    "https://evil.example?fcm.googleapis.com/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com/x",
    "https://googleapis.com/x",
    "https://notify.windows.com.evil.example/x",
    "https://fcm.googleapis.com./x",
    "https://fcm.googleapis.com%00.evil.example/x",
    "https://fcm\u3002googleapis\u3002com/x",
    "https://fcm.googleapis.com/x\r\nHost: evil.example",
    "https://fcm.googleapis.com/x\n",
    " https://fcm.googleapis.com/x",
    "https://fcm.googleapis.com",
    "https:/fcm.googleapis.com/x",
    "https:fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "javascript:alert(1)",
    "https://fcm.googleapis.com/" + "x" * 1_000,
    "",
]


@pytest.mark.parametrize("endpoint", GOOD)
def test_the_push_services_of_all_browsers_are_known(endpoint: str) -> None:
    assert is_service(endpoint)


@pytest.mark.parametrize("endpoint", BAD, ids=range(len(BAD)))
def test_no_endpoint_leads_anywhere_else(endpoint: str) -> None:
    assert not is_service(endpoint)
    keys = {"p256dh": "BA" + "A" * 85, "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    outcome = PushTransport(SECRET, CONTACT).send(Push(endpoint, keys, {"title": "x"}, "1"))
    assert outcome == Outcome("refused", code="not_a_service", permanent=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7", "2130706433"])
def test_not_even_the_settings_open_a_number(host: str) -> None:
    assert not is_service(f"http://{host}:8000/x", (host,))


def test_a_host_of_the_settings_is_open_and_its_neighbours_are_not() -> None:
    assert is_service("http://localhost:8123/x", ("localhost",)) and is_service(
        "https://push.alder.example/x", ("push.alder.example",)
    )
    assert not is_service("https://a.push.alder.example/x", ("push.alder.example",))
    assert not is_service("http://localhost:8123/x")


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_that_is_none_is_refused_and_raises_nothing(port: str) -> None:
    with LoopbackPush() as closed:
        browser = replace(closed.browser(), endpoint=f"http://localhost:{port}/x")
    assert transport().send(push(browser)).kind == "refused"


def test_a_push_service_cannot_be_asked(service: LoopbackPush) -> None:
    wire = transport()
    assert wire.find(push(service.browser()), None) is None and wire.fetch("push", "x") is None  # type: ignore[arg-type]
    assert wire.name == "push"
