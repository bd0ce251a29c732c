"""Finding a client without opening a record: blind keys of names, their beginnings, birth, phone and home."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.record.match import (
    Match,
    Signs,
    name_tokens,
    names_agree,
    phone_digits,
    place_key,
    prefixes,
    score,
)
from app.shell import Shell
from app.tables import client_index, clients

SEARCH_LIMIT = 50
SUGGESTED = 5
CANDIDATES = 200
COMPARED = ("name", "born", "phone", "place")

Key = tuple[str, bytes]


@dataclass(frozen=True)
class Suggested:
    """A client who may be the one, with the signs that agree. Only a person decides."""

    client: str
    match: Match


def reindex(connection: Connection, shell: Shell, client: str, said: Mapping[str, str]) -> None:
    """Lay the keys of a record down anew. `said` is the whole record's words."""
    connection.execute(client_index.delete().where(client_index.c.client == client))
    blind = shell.keyring.blind
    tokens = name_tokens(said["name"])
    keys: set[Key] = {("name", blind("name", token)) for token in tokens}
    keys |= {("prefix", blind("prefix", start)) for token in tokens for start in prefixes(token)}
    keys |= _plain_keys(shell, said["born"], said["phone"], said["address"])
    if keys:
        rows = [{"client": client, "kind": kind, "digest": digest} for kind, digest in sorted(keys)]
        connection.execute(client_index.insert(), rows)


def _plain_keys(shell: Shell, born: str, phone: str, place: str) -> set[Key]:
    """A number and a place have the same keys here as on a call."""
    said = (("born", born), ("phone", phone_digits(phone)), ("place", place_key(place)))
    return {(kind, shell.keyring.blind(kind, text)) for kind, text in said if text}


def search(connection: Connection, shell: Shell, program: str, text: str) -> list[str]:
    """Clients of this program whose name has words that begin like each of the words typed."""
    starts = [prefixes(token)[-1] for token in name_tokens(text) if prefixes(token)]
    if not starts:
        return []
    query = select(clients.c.id).where(clients.c.program == program)
    for start in starts:
        having = select(client_index.c.client).where(
            client_index.c.kind == "prefix", client_index.c.digest == shell.keyring.blind("prefix", start)
        )
        query = query.where(clients.c.id.in_(having))
    return list(connection.scalars(query.order_by(clients.c.id).limit(SEARCH_LIMIT)))


def suggestions(
    connection: Connection, shell: Shell, program: str, call: Mapping[str, str], leave_out: frozenset[str]
) -> list[Suggested]:
    """Who it may be, best first, from the words of a call: person_name, person_born, callback and place."""
    names = [{shell.keyring.blind("name", token) for token in name_tokens(text)} for text in _names(call)]
    typed = {("name", digest) for name in names for digest in name}
    typed |= _plain_keys(shell, call["person_born"], call["callback"], call["place"])
    if not typed:
        return []
    known = _keys_of_candidates(connection, program, typed, leave_out)
    scored = [
        Suggested(client, score(_signs(names, typed, keys, call["caller_kind"] == "self")))
        for client, keys in known.items()
    ]
    hits = [one for one in scored if one.match.hits]
    return sorted(hits, key=lambda one: (-one.match.hits, "name" not in one.match.agree, one.client))[
        :SUGGESTED
    ]


def _names(call: Mapping[str, str]) -> list[str]:
    """The whole text, and the part before the first comma: "Gordon, 40s, green coat" names Gordon."""
    text = call["person_name"]
    return [name for name in dict.fromkeys((text, text.partition(",")[0])) if name.strip()]


def _keys_of_candidates(
    connection: Connection, program: str, typed: set[Key], leave_out: frozenset[str]
) -> dict[str, dict[str, set[bytes]]]:
    near = (
        select(client_index.c.client)
        .join(clients, clients.c.id == client_index.c.client)
        .where(
            clients.c.program == program,
            client_index.c.kind.in_(COMPARED),
            client_index.c.digest.in_([digest for _, digest in typed]),
        )
        .distinct()
        .limit(CANDIDATES)
    )
    found = [client for client in connection.scalars(near) if client not in leave_out]
    rows = connection.execute(
        select(client_index).where(client_index.c.client.in_(found), client_index.c.kind.in_(COMPARED))
    )
    known: dict[str, dict[str, set[bytes]]] = {client: defaultdict(set) for client in found}
    for row in rows:
        known[row.client][row.kind].add(bytes(row.digest))
    return known


def _signs(names: list[set[bytes]], typed: set[Key], keys: dict[str, set[bytes]], self_called: bool) -> Signs:
    def sign(kind: str) -> bool | None:
        here = {digest for typed_kind, digest in typed if typed_kind == kind}
        there = keys.get(kind, set())
        return bool(here & there) if here and there else None

    own = keys.get("name", set())
    name = any(names_agree(_text(one), _text(own)) for one in names) if names and own else None
    # Another number or place says nothing against them: callers use any phone, crises happen anywhere.
    phone = sign("phone") or (False if self_called and sign("phone") is False else None)
    return Signs(name=name, birth=sign("born"), phone=phone, place=sign("place") or None)


def _text(digests: set[bytes]) -> set[str]:
    return {digest.hex() for digest in digests}
