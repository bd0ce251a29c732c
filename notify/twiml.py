"""Scripts of a call in TwiML, which Telnyx reads too: words, then keys, then what to do when none is pressed."""

from collections.abc import Sequence
from typing import Final

from twilio.twiml.voice_response import VoiceResponse

VOICE: Final = "alice"
LANGUAGE: Final = "en-US"
TYPING_SECONDS: Final = 8


def ask_keys(rounds: Sequence[str], *, action: str, keys: int, otherwise: str) -> str:
    """Say each round with room to type so many keys, which are posted to `action`; typing cuts the words short. When
    no key comes in any round: `otherwise`, and the end."""
    response = VoiceResponse()
    response.pause(length=1)
    for words in rounds:
        gather = response.gather(
            action=action,
            method="POST",
            input="dtmf",
            num_digits=keys,
            finish_on_key="#",
            timeout=TYPING_SECONDS,
        )
        _say(gather, words)
    _say(response, otherwise)
    response.hangup()
    return str(response)


def say(sentences: Sequence[str]) -> str:
    """Say these and hang up."""
    response = VoiceResponse()
    response.pause(length=1)
    for words in sentences:
        _say(response, words)
    response.hangup()
    return str(response)


def _say(where: VoiceResponse, words: str) -> None:
    where.say(words, voice=VOICE, language=LANGUAGE)
