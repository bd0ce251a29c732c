"""Cover that was asked for, that nobody has taken, and whose shift comes close."""

from collections.abc import Iterator
from datetime import timedelta

from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look

CLOSE = timedelta(hours=72)
VERY_CLOSE = timedelta(hours=24)


def find(look: Look) -> Iterator[Found]:
    """The holder keeps the shift until somebody takes it; one who is sick does not."""
    scene = look.scene
    for cover in scene.covers:
        if scene.now < cover.ends_at and cover.starts_at < scene.now + CLOSE:
            left = cover.starts_at - scene.now
            why = "is sick" if cover.sick else "asks for cover"
            yield Found(
                kind="cover",
                grave=cover.sick or left < VERY_CLOSE,
                starts_at=cover.starts_at,
                ends_at=cover.ends_at,
                said=f"{scene.name(cover.person)} {why}, {words.tier(cover.tier)}, and nobody has taken it",
                tier=cover.tier,
                person=cover.person,
                cure="Ask more people, or give it to somebody.",
                about=cover.id,
            )
