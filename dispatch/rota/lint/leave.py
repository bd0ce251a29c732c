"""Time off that was asked for, that nobody has decided, and that shifts lie in."""

from collections.abc import Iterator

from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look


def find(look: Look) -> Iterator[Found]:
    """One line for each. Time off that is granted takes its person out: what it leaves is a hole, and said there."""
    scene = look.scene
    for away in scene.leave_asked:
        start, end = max(away.starts_at, scene.now), min(away.ends_at, scene.end)
        inside = [
            one for one in look.by_person.get(away.person, ()) if one.starts_at < end and one.ends_at > start
        ]
        if start < end and inside:
            count = len(inside)
            yield Found(
                kind="time_off",
                grave=False,
                starts_at=max(start, inside[0].starts_at),
                ends_at=min(end, inside[-1].ends_at),
                said=f"{scene.name(away.person)} asks for time off {words.day(away.starts_at, scene.zone)} to "
                f"{words.day(away.ends_at, scene.zone)}. {words.shifts(count)} {'lies' if count == 1 else 'lie'} in it",
                person=away.person,
                cure="Find cover and grant it, or say no.",
                about=away.why,
                dated=False,
            )
