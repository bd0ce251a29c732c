"""The stages of an incident, from ring to review, and the groups that rules ask about."""

from enum import StrEnum


class Code(StrEnum):
    """A code that equals its text. Enum hashes by name, in Python; text hashes by itself, ten times as
    fast."""

    __hash__ = str.__hash__


class Stage(Code):
    """One axis: where the incident stands. A person's duty and a team's availability are other axes."""

    RECEIVED = "received"
    TRIAGED = "triaged"
    HELD = "held"
    PAGING = "paging"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    STAGED = "staged"
    ON_SCENE = "on_scene"
    WITH_PERSON = "with_person"
    TRANSPORTING = "transporting"
    CLEARED = "cleared"
    DOCUMENTING = "documenting"
    WAITING_REVIEW = "waiting_review"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"


class Step(Code):
    """How far one responder is on this task."""

    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    STAGED = "staged"
    ON_SCENE = "on_scene"


class Seat(Code):
    """The two places in a team. Each is paged and each answers."""

    LEAD = "lead"
    SECOND = "second"


STEP_ORDER = {Step.ACCEPTED: 0, Step.EN_ROUTE: 1, Step.STAGED: 2, Step.ON_SCENE: 3}
# The stage of a team whose furthest member took this step.
STAGE_AT = {
    Step.ACCEPTED: Stage.ACCEPTED,
    Step.EN_ROUTE: Stage.EN_ROUTE,
    Step.STAGED: Stage.STAGED,
    Step.ON_SCENE: Stage.ON_SCENE,
}

# Nobody has been sent yet: the desk decides.
AT_DESK = frozenset({Stage.RECEIVED, Stage.TRIAGED, Stage.HELD})
# A team is being found or is out.
COMMITTED = frozenset(
    {
        Stage.PAGING,
        Stage.ACCEPTED,
        Stage.EN_ROUTE,
        Stage.STAGED,
        Stage.ON_SCENE,
        Stage.WITH_PERSON,
        Stage.TRANSPORTING,
    }
)
GOING = frozenset({Stage.PAGING, Stage.ACCEPTED, Stage.EN_ROUTE, Stage.STAGED})
# The stage follows the members' steps, and an open seat is still filled. Once with the person neither is so.
ADVANCING = GOING | {Stage.ON_SCENE}
AT_PERSON = frozenset({Stage.ON_SCENE, Stage.WITH_PERSON, Stage.TRANSPORTING})
WRITING = frozenset({Stage.CLEARED, Stage.DOCUMENTING})
EXITS = frozenset({Stage.CANCELLED, Stage.DUPLICATE, Stage.NOT_FOUND, Stage.REFUSED, Stage.HANDED_OVER})
# A supervisor still owes a look.
REVIEWABLE = EXITS | {Stage.WAITING_REVIEW}
ON_BOARD = AT_DESK | COMMITTED | WRITING

CHIP = {
    Stage.RECEIVED: "RCV",
    Stage.TRIAGED: "TRG",
    Stage.HELD: "HLD",
    Stage.PAGING: "PGD",
    Stage.ACCEPTED: "ACK",
    Stage.EN_ROUTE: "ENR",
    Stage.STAGED: "STG",
    Stage.ON_SCENE: "ONS",
    Stage.WITH_PERSON: "WTH",
    Stage.TRANSPORTING: "TRN",
    Stage.CLEARED: "DOC",
    Stage.DOCUMENTING: "DOC",
}
