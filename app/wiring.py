"""From settings to running parts: the one place that chooses the real ones."""

from functools import partial
from pathlib import Path

from app.clock import Clock, SystemClock, both_times
from app.outside import Telnyx, Twilio
from app.seal import Keyring
from app.settings import Settings
from app.shell import Shell
from app.store import Store
from app.web.signed import Speakers
from notify.mail import MailTransport
from notify.recorder import Recorder
from notify.signature import Signatures
from notify.telnyx_signature import TelnyxSignatures
from notify.telnyx_wire import TelnyxTransport
from notify.transport import Channel, Transport, Wires
from notify.twilio_wire import TwilioTransport
from notify.web_push import PushTransport

ROOT = Path(__file__).resolve().parent.parent


def shell_for(settings: Settings, clock: Clock | None = None) -> Shell:
    """Store, clock and keyring for these settings."""
    keyring = Keyring(settings.field_keys, settings.index_key)
    return Shell(Store(settings.database_url), clock or SystemClock(), keyring, settings)


def wires_for(shell: Shell) -> Wires:
    """The providers that are set, by channel, the preferred one first; in the demo the recorder, which sends
    nothing."""
    outside = shell.settings.outside
    carriers: dict[Channel, tuple[Transport, ...]] = {"text": (), "call": ()}
    if outside.twilio is not None:
        twilio = _twilio(outside.twilio)
        carriers["text"] += (twilio,)
        carriers["call"] += (twilio,) if outside.twilio.calls_from else ()
    if outside.telnyx is not None:
        telnyx = _telnyx(outside.telnyx)
        carriers["text"] += (telnyx,)
        carriers["call"] += (telnyx,) if outside.telnyx.voice_app else ()
    if outside.vapid is not None:
        vapid = outside.vapid
        carriers["push"] = (PushTransport(vapid.private_key, vapid.contact, vapid.hosts),)
    if outside.mail is not None:
        mail = outside.mail
        wire = MailTransport(mail.host, mail.port, mail.user, mail.password, mail.tls, mail.sender)
        carriers["email"] = (wire,)
    if not carriers["text"]:
        assert shell.settings.demo, "settings without a provider are refused at start"
        return carried_by(Recorder(shell.clock.now))
    return {channel: each for channel, each in carriers.items() if each}


def _twilio(twilio: Twilio) -> TwilioTransport:
    return TwilioTransport(
        twilio.account_sid,
        twilio.auth_token,
        twilio.sender,
        twilio.api_base,
        calls_from=twilio.calls_from,
    )


def _telnyx(telnyx: Telnyx) -> Transport:
    return TelnyxTransport(telnyx.api_key, telnyx.sender, telnyx.account, telnyx.voice_app, telnyx.api_base)


def carried_by(*providers: Transport) -> Wires:
    """Every channel carried by these."""
    return {"text": providers, "call": providers, "push": providers, "email": providers}


def speakers_for(shell: Shell) -> Speakers:
    """Who may speak as each provider: nobody where none is set."""
    settings, twilio, telnyx = shell.settings, shell.settings.outside.twilio, shell.settings.outside.telnyx
    first = second = None
    if twilio is not None:
        tokens = (twilio.auth_token, twilio.auth_token_previous)
        first = Signatures(settings.base_url, twilio.account_sid, tokens)
    if telnyx is not None:
        times = partial(both_times, shell.clock)
        second = TelnyxSignatures(telnyx.public_key, telnyx.sender, telnyx.account, times)
    return Speakers(first, second)
