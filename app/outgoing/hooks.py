"""Where each provider tells us what became of a try."""

from typing import Final

# Who posts to addresses of their own; anyone else speaks as the first does.
_SPEAKERS: Final = ("twilio", "telnyx")


def hooks_of(provider: str | None) -> str:
    """The path under which a provider's hooks lie."""
    return f"/hooks/{provider if provider in _SPEAKERS else _SPEAKERS[0]}"
