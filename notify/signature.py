"""Tells a request that Twilio signed from one that anybody could send."""

import hmac
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator, add_port, remove_port


class Signatures:
    """Checks webhooks on the public address that we were configured with, never on one that a proxy shows us.

    `tokens` are the current auth token and, while it is being changed, the one before. With none, nothing
    passes.
    """

    def __init__(self, public_base: str, account_sid: str, tokens: Sequence[str | None]) -> None:
        self._base: Final = public_base.rstrip("/")
        self._account: Final = account_sid.encode()
        self._validators: Final = tuple(RequestValidator(token) for token in tokens if token)

    def genuine(self, path: str, query: str, form: Iterable[tuple[str, str]], signature: str | None) -> bool:
        """True if Twilio signed this for our account. `query` is still encoded; `form` has repeats too."""
        return self.refusal(path, query, form, signature) is None

    def refusal(
        self, path: str, query: str, form: Iterable[tuple[str, str]], signature: str | None
    ) -> str | None:
        """Why this is not from Twilio, for the count of refusals alone; None when it is."""
        pairs = Pairs(form)
        if not self.signed(path, query, pairs, signature):
            return "signature"
        return None if self._ours(pairs) else "account"

    def signed(self, path: str, query: str, pairs: "Pairs", signature: str | None) -> bool:
        """True if one of our tokens made this signature, for whichever account."""
        if not (signature and self._base):
            return False
        try:
            return self._matches(self._url(path, query), pairs, signature.encode("ascii"))
        except ValueError:  # not text that Twilio could have signed
            return False

    def _matches(self, url: str, pairs: "Pairs", given: bytes) -> bool:
        """Tries every token and both spellings of the port, match or no match, so that time tells nothing."""
        matched = False
        for validator in self._validators:
            for spelling in (remove_port(urlsplit(url)), add_port(urlsplit(url))):
                expected = validator.compute_signature(spelling, pairs).encode("ascii")
                matched |= hmac.compare_digest(expected, given)
        return matched

    def _ours(self, pairs: "Pairs") -> bool:
        """The account named inside must be ours: one auth token signs for its sub-accounts as well."""
        named = set(pairs.getlist("AccountSid"))
        return len(named) == 1 and hmac.compare_digest(named.pop().encode(), self._account)

    def _url(self, path: str, query: str) -> str:
        return self._base + path + (f"?{query}" if query else "")


class Pairs(dict[str, list[str]]):
    """Form pairs as Twilio signs them: by name, and within a name each different value once, sorted."""

    def __init__(self, form: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        for name, value in form:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])
