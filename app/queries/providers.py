"""Which providers carry nothing just now, in words, and whether any phone can still be rung."""

from dataclasses import dataclass

from app.shell import Shell
from notify.health import DOWN_BELOW, Standing

CARRIED = {"text": "Texts", "call": "Calls", "push": "Push notices", "email": "Letters"}
PHONES = ("text", "call")
NAMES = {"twilio": "Twilio", "telnyx": "Telnyx", "push": "the push services", "smtp": "the mail server"}


@dataclass(frozen=True)
class Down:
    """`sentence` is empty while every provider carries what it is given; `stopped`: no text and no call goes out."""

    sentence: str = ""
    stopped: bool = False


def providers_down(shell: Shell, program: str) -> Down:
    """How the providers stand for one program, as its own messages have shown. No question to a database."""
    seen = shell.health.seen(program)
    down = {key: one for key, one in seen.items() if one.score < DOWN_BELOW}
    if not down:
        return Down()
    every = _phones(shell, seen)
    if every and all(key in down for key in every):
        return Down("No text and no call goes through. Call people by phone, from the list.", stopped=True)
    said = [
        f"{CARRIED.get(channel, channel)} by {NAMES.get(provider, provider)} do not go through"
        for channel, provider in sorted(down)
    ]
    left = "Other ways carry the pages." if every else ""
    return Down(f"{'; '.join(said)}. {left}".strip())


def set_up(shell: Shell) -> frozenset[tuple[str, str]]:
    """Every channel of every provider that is set; none in a demo that sends nothing."""
    outside = shell.settings.outside
    twilio, telnyx = outside.twilio, outside.telnyx
    found = {
        ("text", "twilio"): twilio is not None,
        ("call", "twilio"): twilio is not None and twilio.calls_from,
        ("text", "telnyx"): telnyx is not None,
        ("call", "telnyx"): telnyx is not None and telnyx.voice_app,
        ("push", "push"): outside.vapid is not None,
        ("email", "smtp"): outside.mail is not None,
    }
    return frozenset(key for key, is_set in found.items() if is_set)


def _phones(shell: Shell, seen: dict[tuple[str, str], Standing]) -> set[tuple[str, str]]:
    """Every way to a phone that is set up; one that nothing was sent by yet counts as open."""
    return {key for key in set_up(shell) or seen if key[0] in PHONES}
