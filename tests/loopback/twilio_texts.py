"""What the loopback Twilio remembers: the requests that came in and the texts that it took."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any


@dataclass(frozen=True)
class Seen:
    """One request as it came in. `at` is monotonic seconds."""

    at: float
    method: str
    path: str
    form: dict[str, str]
    wrong: str | None


@dataclass
class Held:
    """One text as this Twilio holds it."""

    sid: str
    to: str
    sender: str
    body: str
    created: datetime
    callback: str | None
    status: str = "queued"
    error_code: int | None = None
    direction: str = "outbound-api"


def as_json(account_sid: str, text: Held) -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{text.sid}"
    service = text.sender if text.sender.startswith("MG") else None
    at = format_datetime(text.created)
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": at,
        "date_sent": None if text.status in ("queued", "accepted") else at,
        "date_updated": at,
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "from": None if service else text.sender,
        "messaging_service_sid": service,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }
