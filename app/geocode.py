"""Where a place in words lies on the map: the seam, and the real one, a map service of the county's own."""

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from geopy.exc import GeocoderServiceError, GeopyError
from geopy.geocoders import Nominatim, Pelias, Photon

from app.gazetteer import Gazetteer
from app.places import Found, Unanswered
from app.settings import Settings, Unset

ANSWER_WITHIN_SECONDS = 5
LONGEST_LABEL = 300
HOW = (
    "Set STANDBY_GEOCODER_URL to the county's own map service, such as nominatim+https://maps.example.org, "
    "photon+http://10.0.0.5:2322 or pelias+https://maps.example.org."
)


class Geocoder(Protocol):
    """Looks a place up. None: there is no such place. Raises `Unanswered` when nobody could say."""

    def find(self, place: str, area: str) -> Found | None: ...


@dataclass(frozen=True)
class MapService:
    """Nominatim, Photon or Pelias on one named host. The address goes there and nowhere else."""

    service: Any
    answer_within: float = ANSWER_WITHIN_SECONDS

    def find(self, place: str, area: str) -> Found | None:
        """Ask once, with a time-out; the worker decides whether to ask again."""
        asked = place if not area or area.casefold() in place.casefold() else f"{place}, {area}"
        try:
            found = self.service.geocode(asked, exactly_one=True, timeout=self.answer_within)
        except (GeopyError, ValueError, TypeError, LookupError, AttributeError) as fault:
            # The kind only: the text of the fault may hold the address that was asked for.
            kind = type(fault).__name__ if isinstance(fault, GeocoderServiceError) else "unreadable answer"
            raise Unanswered(kind) from None
        if found is None:
            return None
        return Found(
            float(found.latitude),
            float(found.longitude),
            str(found.address)[:LONGEST_LABEL],
            _sure(found.raw),
        )


def _sure(raw: Any) -> str:
    """How far the answer goes, in the words of the desk: a door, a street, or only about there."""
    said = raw.get("properties", raw) if isinstance(raw, dict) else {}
    kind = str(said.get("layer") or said.get("addresstype") or said.get("type") or "")
    if said.get("housenumber") or kind in ("address", "house", "building", "place", "venue"):
        return "address"
    return "street" if kind in ("street", "road", "residential") else "about"


def geocoder_for(settings: Settings) -> Geocoder | None:
    """The county's map service; in the demo a gazetteer; else none, and places stay words. Raises `Unset`."""
    if settings.geocoder_url is None:
        return Gazetteer() if settings.demo else None
    kind, plus, address = settings.geocoder_url.rpartition("+")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or (plus and kind not in _KINDS):
        raise Unset([HOW])
    return MapService(_KINDS[kind or "nominatim"](parts.netloc + parts.path.rstrip("/"), parts.scheme))


def _nominatim(host: str, scheme: str) -> Any:
    return Nominatim(domain=host, scheme=scheme, user_agent="standby", timeout=ANSWER_WITHIN_SECONDS)


def _photon(host: str, scheme: str) -> Any:
    return Photon(domain=host, scheme=scheme, user_agent="standby", timeout=ANSWER_WITHIN_SECONDS)


def _pelias(host: str, scheme: str) -> Any:
    return Pelias(domain=host, scheme=scheme, user_agent="standby", timeout=ANSWER_WITHIN_SECONDS)


_KINDS = {"nominatim": _nominatim, "photon": _photon, "pelias": _pelias}
