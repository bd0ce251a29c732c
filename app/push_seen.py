"""A browser says that it showed a notice of ours, or that it was tapped: the only proof that a push reached anybody."""

from typing import Literal

from sqlalchemy import select

from app.delivered import report_in
from app.journal import newest
from app.push_token import message_of
from app.rota.ring_heard import heard_push
from app.shell import Shell
from app.tables import outbox
from notify.outcomes import rank

Said = Literal["shown", "opened"]


def seen(shell: Shell, token: str, said: Said) -> bool:
    """Join it into what is known of that push. False: no push of ours. Said again, it costs one reading."""
    message = message_of(shell, token)
    if message is None:
        return False
    wanted = select(outbox.c.reached, outbox.c.delivery).where(
        outbox.c.id == message, outbox.c.channel == "push"
    )
    with shell.store.read() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        return False
    if row.reached >= rank(said):
        return True
    with shell.store.write() as connection:
        report_in(connection, shell, message, said, None)
        heard_push(connection, shell, row.delivery, shell.clock.now())
        seq = newest(connection)
    shell.told(seq)
    return True
