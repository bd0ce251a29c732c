"""What stands on a lock screen: a push's words and a letter's subject. A number of ours, and nothing else."""

from typing import Final

from dispatch.messages import (
    AlarmStands,
    AreYouOk,
    CannotReach,
    Message,
    NumberCode,
    PageResponder,
    PagesWait,
    RingTest,
)

ANY: Final = "A message waits for you. Open it."


def notice(message: Message) -> str:
    """Never an acuity, a place, a kind of alarm or a name: whoever lies beside the phone reads it too."""
    match message:
        case PageResponder(ref=ref):
            return f"Page {ref} waits for you. Open it."
        case PagesWait(refs=refs):
            return f"{len(refs)} pages wait for you. Open them."
        case AreYouOk(ref=ref):
            return f"{ref}: are you OK? Open it and check in."
        case AlarmStands(ref=ref):
            return f"Alarm on {ref}. Open the board."
        case CannotReach():
            return "Somebody on call cannot be reached. Open the board."
        case RingTest():
            return "A test. It works, and there is nothing to do."
        case NumberCode():
            return "Your code is here."
        case _:
            return ANY
