"""Sealed fields: patient words are encrypted one field at a time, and found again only by a keyed blind index."""

import hashlib
import hmac
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE = 12


class Locked(Exception):
    """A sealed field cannot be opened: its key is not in the keyring, or the row is not the one it was sealed for."""


class Keyring:
    """AES-256-GCM keys by id; the first seals, all open. A sealed value is bound to its table, column and row.

    Stored form: version byte, length of the key id, key id, 96-bit random nonce, ciphertext with tag.
    """

    def __init__(self, keys: Iterable[tuple[str, bytes]], index_key: bytes) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in keys}
        self._first = next(iter(self._keys))
        self._index_key = index_key

    def seal(self, place: str, row: str, text: str) -> bytes:
        """Seal text for `place` ("table.column") of row `row`."""
        nonce = os.urandom(_NONCE)
        key_id = self._first.encode()
        sealed = self._keys[self._first].encrypt(nonce, text.encode(), _bound(place, row, key_id))
        return bytes((_VERSION, len(key_id))) + key_id + nonce + sealed

    def open(self, place: str, row: str, sealed: bytes | None) -> str:
        """The text again; an empty string for None. Raises `Locked` when it cannot be opened."""
        if sealed is None:
            return ""
        size = sealed[1]
        key_id = bytes(sealed[2 : 2 + size])
        key = self._keys.get(key_id.decode())
        if sealed[0] != _VERSION or key is None:
            raise Locked("The key that sealed this field is not in the keyring.")
        rest = sealed[2 + size :]
        try:
            return key.decrypt(
                bytes(rest[:_NONCE]), bytes(rest[_NONCE:]), _bound(place, row, key_id)
            ).decode()
        except InvalidTag:
            raise Locked("This field was not sealed for this row, or was changed.") from None

    def blind(self, kind: str, token: str) -> bytes:
        """The keyed blind index of one search token: equal tokens give equal bytes, and nothing else can be told."""
        return hmac.digest(self._index_key, f"{kind}\0{token}".encode(), hashlib.sha256)[:16]


def _bound(place: str, row: str, key_id: bytes) -> bytes:
    return f"{place}\0{row}\0".encode() + key_id
