"""How often what goes wrong, at both depths: far oftener than any provider, phone or process really fails."""

from collections.abc import Mapping
from random import Random

# What becomes of a request, and how often on a bad night. 15 in a hundred are answered with 5xx, 10 are taken and
# time out, 10 end with their process; and processes stand still for longer than a lease.
FATES = {
    "taken": 50,
    "5xx_gone": 8,
    "5xx_taken": 7,
    "hung_taken": 10,
    "hung_gone": 3,
    "refused": 6,
    "not_now": 2,
    "process_dies_before": 4,
    "process_dies_after": 6,
    "process_stops_before": 2,
    "process_stops_after": 2,
}
WELL = {"taken": 1}
DOWN = {"hung_gone": 6, "5xx_gone": 3, "refused_by_account": 1}
REFUSALS = ("21610", "21211", "30006", "21614", "30007", "unheard-of", "30004", "20003")
# What becomes of something that was taken, by channel: what it comes to in the end.
BECOMES: Mapping[str, Mapping[str, int]] = {
    "text": {"delivered": 72, "lost": 6, "late": 8, "undelivered": 8, "doubled": 4, "silent": 2},
    "call": {"human": 45, "no-answer": 20, "busy": 8, "machine": 12, "ended": 10, "failed": 5},
    "push": {"shown": 70, "silent": 25, "gone": 5},
    "email": {"delivered": 90, "lost": 10},
}
CALM: Mapping[str, Mapping[str, int]] = {
    "text": {"delivered": 1},
    "call": {"human": 1},
    "push": {"shown": 1},
    "email": {"delivered": 1},
}
ON_THE_WAY = {
    "text": ("queued", "sent"),
    "call": ("initiated", "ringing", "in-progress"),
    "push": (),
    "email": (),
}
CODES = {"undelivered": ("30003", "30005", "30007", "30008"), "failed": ("30008",), "gone": ("410",)}


def draw(chance: Random, table: Mapping[str, int]) -> str:
    """One of these, each as often as its number says."""
    left = chance.random() * sum(table.values())
    for name, often in table.items():
        left -= often
        if left < 0:
            return name
    return name
