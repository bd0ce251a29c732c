"""Whether a typed word is one that was meant, with a single slip of the finger."""


def one_off(typed: str, meant: str) -> bool:
    """One letter too many, too few or wrong, or two that changed places. Each word is gone through once."""
    longer, shorter = (typed, meant) if len(typed) >= len(meant) else (meant, typed)
    if len(longer) - len(shorter) > 1 or typed == meant:
        return False
    same = 0
    while same < len(shorter) and longer[same] == shorter[same]:
        same += 1
    if len(longer) > len(shorter):
        return longer[same + 1 :] == shorter[same:]
    if longer[same + 1 :] == shorter[same + 1 :]:
        return True
    swapped = longer[same + 1 : same + 2] + longer[same : same + 1]
    return swapped == shorter[same : same + 2] and longer[same + 2 :] == shorter[same + 2 :]
