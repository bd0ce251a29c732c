"""One answer that cannot be kept as it stands: which field, and a sentence that says what to do."""

import re

FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Wrong(Exception):
    """Carries the field's name and our own sentence, never the words that were typed."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


def known_shape(name: object) -> str:
    """A field name that is safe to repeat. Anything else came from outside and may hold a person's words."""
    return name if isinstance(name, str) and FIELD_NAME.fullmatch(name) else ""
