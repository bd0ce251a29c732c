"""Whether a webhook is from the provider that its route is for. Every no is the same no; the reasons are counted."""

from dataclasses import dataclass

from flask import request

from notify.signature import Signatures
from notify.telnyx_signature import SIGNATURE_HEADER, TIME_HEADER, TelnyxSignatures


@dataclass(frozen=True)
class Speakers:
    """Who may speak as each provider. None: nobody, for it is not set."""

    twilio: Signatures | None = None
    telnyx: TelnyxSignatures | None = None


def reason_to_refuse(provider: str, speakers: Speakers) -> str | None:
    """Fail closed: without a configured provider nobody may speak in its name."""
    match provider:
        case "twilio":
            return _twilio(speakers.twilio)
        case "telnyx":
            return _telnyx(speakers.telnyx)
    return "unknown"


def _twilio(signatures: Signatures | None) -> str | None:
    if signatures is None:
        return "signature"
    path, query = request.path, request.query_string.decode("latin-1")
    form = [(name, value) for name, values in request.form.lists() for value in values]
    return signatures.refusal(path, query, form, request.headers.get("X-Twilio-Signature"))


def _telnyx(signatures: TelnyxSignatures | None) -> str | None:
    if signatures is None:
        return "signature"
    # The bytes as they came are what is signed; they are read before anything looks for a form in them.
    body = request.get_data(cache=True, parse_form_data=False)
    given = request.headers
    refusal = signatures.refusal(body, given.get(TIME_HEADER), given.get(SIGNATURE_HEADER))
    if refusal is not None:
        return refusal
    if request.is_json:
        ours = signatures.of_our_event(request.get_json(silent=True))
    else:
        ours = signatures.of_our_form(request.form)
    return None if ours else "account"
