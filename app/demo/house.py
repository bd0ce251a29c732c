"""`standby demo`: makes the county, says how to get in, and serves it with recorded texts."""

import secrets
import sys
import tempfile
import threading
from pathlib import Path

from flask import Flask

from app.accounts import add_token
from app.clock import SystemClock
from app.demo import county, rota, rota_people
from app.demo.handsets import Handsets
from app.demo.past import live_through
from app.demo.script import Player
from app.rota.cover_rows import acting
from app.schema import is_empty, upgrade
from app.serve import Service, log_to_stderr
from app.settings import Settings
from app.shell import Shell
from app.wiring import carried_by, shell_for
from app.worker import Worker
from notify.recorder import Recorder
from notify.transport import Wires

HOST = "127.0.0.1"
# Two of them carry everything, so that a visitor may break one.
PROVIDERS = ("north", "south")


def serve_demo(port: int, data: Path | None) -> int:
    """Serve the demo until interrupted. With `data` the county is kept there; without, it is gone."""
    log_to_stderr()
    if data is None:
        with tempfile.TemporaryDirectory(prefix="standby-demo-") as folder:
            return _serve(port, Path(folder))
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _serve(port, data)


def _serve(port: int, folder: Path) -> int:
    settings = demo_settings(port, folder)
    shell = shell_for(settings)
    fresh = is_empty(shell.store)
    if fresh:
        print("Making Alder County: staff, shifts, clients and their histories.", file=sys.stderr, flush=True)
        upgrade(shell.store)
        furnish(shell)
    token = add_token(shell, "Alder Falls 911", "eido", county.PROGRAM, by="keeper")
    shell.store.close()
    _say_how_to_get_in(settings.base_url, token)
    recorders: list[Recorder] = []

    def make() -> tuple[Shell, Wires]:
        ours = shell_for(settings, SystemClock())
        recorders.extend(Recorder(ours.clock.now, name=name) for name in PROVIDERS)
        return ours, carried_by(*recorders)

    def ready(app: Flask, worker: Worker) -> None:
        handsets = Handsets(app.extensions["standby"], *recorders)
        handsets.lines.start()
        app.extensions["handsets"] = handsets
        if fresh:  # a county that is kept has had its calls
            player = Player(app.extensions["standby"], handsets)
            threading.Thread(target=player.play, name="player", daemon=True).start()

    Service(make, HOST, port, ready, watched=settings).run()
    return 0


def furnish(shell: Shell) -> None:
    """Staff, shifts, clients, the crises they have been through, and the rota of months before and after."""
    with shell.store.write() as connection:
        county.furnish(connection, shell.clock.now())
    live_through(shell)
    with shell.store.read() as connection:
        keeper = acting(connection, "brandvold")
    rota_people.fill_in(shell, keeper, rota.lay_out(shell, keeper))


def demo_settings(port: int, folder: Path) -> Settings:
    """Settings of the demo: its keys lie beside its database, for nothing in it is real."""
    keys = folder / "keys"
    if not keys.exists():
        keys.write_bytes(secrets.token_bytes(128))
        keys.chmod(0o600)
    raw = keys.read_bytes()
    return Settings(
        base_url=f"http://{HOST}:{port}",
        database_url=f"sqlite:///{folder / 'standby.db'}",
        field_keys=(("demo", raw[:32]),),
        index_key=raw[32:64],
        journal_key=raw[64:96],
        link_key=raw[96:128],
        org="Alder County Mobile Crisis",
        zone="America/Chicago",
        desk_phone="218-555-0100",
        demo=True,
    )


def _say_how_to_get_in(address: str, token: str) -> None:
    print(f"address: {address}")
    for one in county.SHOWN:
        print(f"sign-in: {one.role} {county.email(one.id)} {county.PASSWORD}")
    print(f"api-token: {token}")
    print(f"handsets: {address}/demo", flush=True)
