"""Why a send or a delivery failed, in the few classes that we act on."""

from typing import Literal

Why = Literal["rate", "unclear", "number", "opted_out", "account", "late", "handset", "blocked", "unknown"]
