"""The `standby` command: serve, demo and the keeper's tools; a sentence and exit 1 when it cannot."""

import argparse
import base64
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.accounts import AccountRefused, add_first_admin, add_token
from app.demo.house import serve_demo
from app.doctor import findings
from app.geocode import geocoder_for
from app.journal import verify
from app.record import cssrs
from app.record.wrong import Wrong, known_shape
from app.rota import lint_report
from app.rota.files import as_table, open_file, read_span, resolved, stored_file
from app.rota.staff_file import import_file
from app.schema import is_empty, is_newest, upgrade
from app.serve import Service, log_to_stderr
from app.settings import Settings, Unset, is_zone, read_settings
from app.shell import Shell
from app.sim.simulate import as_json, nights, summed
from app.tables import programs, tokens
from app.wiring import shell_for, wires_for
from dispatch.rota.read import Unreadable
from dispatch.value import Refused
from notify.push_address import new_private_key
from notify.transport import Wires

INSTANCE = Path("instance")
NO_DATABASE = "The database cannot be opened. Look at STANDBY_DATABASE_URL, the disk, and whose file it is."
OLD_DATABASE = "The database is older than this version. Run `standby db upgrade` first."


class NotReady(Exception):
    """A command needs what an earlier command has not done. The sentence names that one."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what was asked."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        code: int = given.run(given)
    except Unset as unset:
        print(
            "Standby cannot start:",
            *(f"- {sentence}" for sentence in unset.sentences),
            sep="\n",
            file=sys.stderr,
        )
        return 1
    except (AccountRefused, NotReady, Refused, Unreadable, Wrong) as refused:
        print(refused.sentence, file=sys.stderr)
        return 1
    except OperationalError:
        print(NO_DATABASE, file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="standby", description="Dispatch desk of a mobile crisis team.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        sub.set_defaults(run=run)
        return sub

    demo = command(
        "demo", _demo, "A fictional county with simulated handsets. No credentials, nothing leaves."
    )
    demo.add_argument("--port", type=_port, default=8765)
    demo.add_argument("--data", type=Path, help="keep the demo's database in this folder")
    serve = command("serve", _serve, "The service, one process, settings from STANDBY_*.")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
    command("keys", _keys, "Print a fresh set of keys for the settings.")
    database = command("db", _db, "The database.")
    database.add_argument("what", choices=["upgrade"])
    audit = command("audit", _audit, "The journal.")
    audit.add_argument("what", choices=["verify"])
    command("doctor", _doctor, "Look at the settings, the database and the worker, and say what is wrong.")
    lint = command("lint", _lint, "What is to mend in the rota; exit 1 when the next 72 hours have a hole.")
    lint.add_argument("--program", help="id of the program, when only one is asked for")
    lint.add_argument("--days", type=_days, default=60, help="how far to look, 60 unless told")
    lint.add_argument("--json", action="store_true")
    admin = command("admin", _admin, "Make the first program and its admin.")
    admin.add_argument("what", choices=["create"])
    for option in ("--name", "--email", "--program", "--zone"):
        admin.add_argument(option, required=True)
    token = command("token", _token, "Make an API token; it is shown once.")
    token.add_argument("what", choices=["create"])
    token.add_argument("name")
    token.add_argument("--scope", required=True, choices=["eido", "read"])
    token.add_argument("--program", help="id of the program, when there are several")
    staff = command("staff", _staff, "Staff, credentials, training or a rota out of a CSV file.")
    staff.add_argument("what", choices=["import"])
    staff.add_argument("file", type=Path)
    staff.add_argument("--program", help="id of the program, when there are several")
    staff.add_argument(
        "--take-good", action="store_true", help="write the good lines though others are wrong"
    )
    rota = commands.add_parser("rota", help="The rota as a file.", description="The rota as a file.")
    of_rota = rota.add_subparsers(required=True, metavar="WHAT")
    resolve = of_rota.add_parser("resolve", help="Who is on call by a rota file; no database is asked.")
    resolve.set_defaults(run=_rota_resolve)
    resolve.add_argument("file", type=Path)
    resolve.add_argument("--from", dest="start", required=True, help="local time, or with its offset")
    resolve.add_argument("--to", dest="end", required=True)
    resolve.add_argument("--json", action="store_true")
    export = of_rota.add_parser("export", help="The stored rota as a rota file, on standard output.")
    export.set_defaults(run=_rota_export)
    export.add_argument("--program", help="id of the program, when there are several")
    _without_a_house(command)
    return parser


def _without_a_house(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Commands that read no setting and open no database of ours."""
    simulate = command(
        "simulate", _simulate, "Nights of faults on a pretended county; exit 1 when a law broke."
    )
    simulate.add_argument("--seed", type=_whole, required=True, help="the first night's seed")
    simulate.add_argument("--nights", type=_whole, default=1, help="how many seeds from there on")
    simulate.add_argument("--json", action="store_true")
    instrument = command("instrument", _instrument, "Score an instrument.")
    instrument.add_argument("what", choices=["score"])
    instrument.add_argument("name", choices=["c-ssrs"])
    instrument.add_argument("answers", nargs="*", metavar="KEY=VALUE")
    instrument.add_argument("--json", action="store_true")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 366:
        raise argparse.ArgumentTypeError("days is a number from 1 to 366")
    return int(text)


def _whole(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError("give a whole number from 1 on")
    return int(text)


def _settings() -> Settings:
    return read_settings(os.environ, INSTANCE.absolute())


def _open() -> Shell:
    settings = _settings()
    if settings.database_url.startswith(f"sqlite:///{INSTANCE.absolute()}"):
        INSTANCE.mkdir(mode=0o700, exist_ok=True)
    return shell_for(settings)


def _open_newest() -> Shell:
    shell = _open()
    if not is_newest(shell.store):
        raise NotReady(OLD_DATABASE)
    return shell


def _demo(given: argparse.Namespace) -> int:
    return serve_demo(given.port, given.data)


def _serve(given: argparse.Namespace) -> int:
    log_to_stderr()
    shell = _open()
    geocoder_for(shell.settings)  # said here: after the fork it would be a traceback
    if is_empty(shell.store):
        upgrade(shell.store)
    if not is_newest(shell.store):
        raise NotReady(OLD_DATABASE)
    settings = shell.settings
    shell.store.close()

    def make() -> tuple[Shell, Wires]:
        ours = shell_for(settings)
        return ours, wires_for(ours)

    print(f"address: {settings.base_url} (listening on {given.host}:{given.port})", flush=True)
    Service(make, given.host, given.port, watched=settings).run()
    return 0


def _keys(_: argparse.Namespace) -> int:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    print(f"STANDBY_FIELD_KEYS=k1:{key()}")
    for name in ("INDEX_KEY", "JOURNAL_KEY", "LINK_KEY"):
        print(f"STANDBY_{name}={key()}")
    print(f"STANDBY_VAPID_PRIVATE_KEY={new_private_key()}")
    return 0


def _db(_: argparse.Namespace) -> int:
    shell = _open()
    upgrade(shell.store)
    print("The database stands at the newest schema.")
    return 0


def _audit(_: argparse.Namespace) -> int:
    shell = _open_newest()
    with shell.store.read() as connection:
        verdict = verify(connection, shell.settings.journal_key)
    if verdict.reason:
        print(verdict.reason, file=sys.stderr)
        return 1
    print(f"All {verdict.rows} rows of the journal follow from the one before.")
    return 0


def _doctor(_: argparse.Namespace) -> int:
    found = findings(_open())
    print(*(f"{'ok' if finding.fine else 'LOOK'}: {finding.sentence}" for finding in found), sep="\n")
    return 0 if all(finding.fine for finding in found) else 1


def _lint(given: argparse.Namespace) -> int:
    shell = _open_newest()
    with shell.store.read() as connection:
        found = lint_report.reports(connection, shell, given.days, given.program)
    if given.program and not found:
        raise NotReady(f"There is no program {given.program}.")
    if given.json:
        print(json.dumps({"programs": [lint_report.as_json(one) for one in found]}))
    else:
        print(*(line for one in found for line in lint_report.lines(one)), sep="\n")
    return 1 if any(one.hole for one in found) else 0


def _admin(given: argparse.Namespace) -> int:
    if not is_zone(given.zone):
        raise AccountRefused("Give a zone such as America/Chicago.")
    shell = _open()
    if is_empty(shell.store):
        upgrade(shell.store)
    password = add_first_admin(shell, given.name, given.email, given.program, given.zone)
    print(f"sign-in: admin {given.email.strip().lower()} {password}")
    print("Sign in and change the password on your own page.")
    return 0


def _token(given: argparse.Namespace) -> int:
    shell = _open_newest()
    program = _program_of(shell, given.program)
    with shell.store.read() as connection:
        count = connection.scalar(select(func.count()).select_from(tokens)) or 0
    print(f"api-token: {add_token(shell, given.name, given.scope, program, by='keeper')}")
    print(f"Token {count + 1}. It is shown this once.", file=sys.stderr)
    return 0


def _program_of(shell: Shell, asked: str | None) -> str:
    """The program that is meant: the named one, or the only one there is."""
    with shell.store.read() as connection:
        known = connection.scalars(select(programs.c.id).where(programs.c.active)).all()
    if asked is None and len(known) != 1:
        raise AccountRefused(f"Say which program with --program: {', '.join(known) or 'there is none yet'}.")
    program = asked or known[0]
    if program not in known:
        raise AccountRefused(f"There is no program {program}. Known: {', '.join(known)}.")
    return program


def _staff(given: argparse.Namespace) -> int:
    try:
        body = given.file.read_bytes()
    except OSError as wrong:
        raise NotReady(f"{given.file.name} cannot be read: {wrong.strerror}.") from None
    shell = _open_newest()
    report = import_file(shell, _program_of(shell, given.program), body, take_good=given.take_good)
    for one in report.said:
        became = f"refused: {one.why}" if one.why else "taken" if report.written else "good"
        print(f"line {one.line}: {became}: {one.what}")
    written = f"{report.taken} lines written" if report.written else "Nothing was written"
    print(f"{written}, {report.refused} refused.", file=sys.stderr)
    return 0 if report.written and not report.refused else 1


def _rota_resolve(given: argparse.Namespace) -> int:
    rota = open_file(given.file)
    said = resolved(rota, *read_span(given.start, given.end, rota.zone))
    print(json.dumps(said, indent=1) if given.json else as_table(said))
    # A broken layer takes nothing but itself down; a dated row is meant for one day, and nobody looks twice.
    wrong = [one for one in rota.rules.broken if one.among != "layers"]
    for one in wrong:
        print(f"{one.among}, {one.id}: {one.why}", file=sys.stderr)
    return 1 if wrong else 0


def _rota_export(given: argparse.Namespace) -> int:
    shell = _open_newest()
    program = _program_of(shell, given.program)
    with shell.store.read() as connection:
        print(json.dumps(stored_file(connection, program), indent=1))
    return 0


def _simulate(given: argparse.Namespace) -> int:
    """No setting is read: each night has a database of its own in a temporary folder, and a network of its own."""
    began = time.process_time()
    reports = list(nights(given.seed, given.nights))
    seconds = time.process_time() - began
    print(json.dumps(as_json(reports)) if given.json else summed(reports, seconds))
    return 1 if any(report.broken for report in reports) else 0


def _instrument(given: argparse.Namespace) -> int:
    answers: dict[str, str] = {}
    for key, _, value in (answer.partition("=") for answer in given.answers):
        if answers.setdefault(key, value) != value:
            raise Wrong(
                known_shape(key), f"{known_shape(key) or 'A question'} is answered twice. Give one answer."
            )
    result = cssrs.score(answers)
    if given.json:
        print(json.dumps(cssrs.as_json(result)))
    else:
        print(f"{result.level.value}: {result.rule}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
