"""A person's own views of the log: a name and the filter that it stands for."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.shell import Shell, new_id
from app.tables import saved_views
from dispatch.value import require

AT_MOST = 30


@dataclass(frozen=True)
class View:
    """One saved view. `query` is what stands behind /log?"""

    id: str
    name: str
    query: str


def views_of(connection: Connection, person: str) -> list[View]:
    """This person's views, by name."""
    rows = connection.execute(
        select(saved_views).where(saved_views.c.person == person).order_by(saved_views.c.name)
    )
    return [View(row.id, row.name, row.query) for row in rows]


def view(connection: Connection, view_id: str) -> View:
    """One view; the door has checked whose it is."""
    row = connection.execute(select(saved_views).where(saved_views.c.id == view_id)).one()
    return View(row.id, row.name, row.query)


def keep(shell: Shell, person: str, name: str, query: str) -> None:
    """Save one more, under a name of its own."""
    mine = saved_views.c.person == person
    with shell.store.write() as connection:
        taken = connection.scalar(select(func.count()).where(mine, saved_views.c.name == name))
        require(
            not taken, "You have a view with this name. Choose another name, or delete the old one first."
        )
        count = connection.scalar(select(func.count()).where(mine)) or 0
        require(count < AT_MOST, f"You have {AT_MOST} views. Delete one first.")
        connection.execute(saved_views.insert().values(id=new_id(), person=person, name=name, query=query))


def drop(shell: Shell, view_id: str) -> None:
    """Delete one; the door has checked whose it is."""
    with shell.store.write() as connection:
        connection.execute(saved_views.delete().where(saved_views.c.id == view_id))
