"""A phone and whoever picks it up, played by a script: hears what is said, and types what it was told to type."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree

CODE = "the code"  # types the code that was said
NOTHING = ""
WORDS = "zero one two three four five six seven eight nine".split()
SAID = re.compile(r"type this code on your phone: ([a-z, ]+)\.")
BROKEN = "We are sorry, an application error has occurred. Goodbye."
STEPS_AT_MOST = 60


@dataclass
class Phone:
    """`picks_up` is "person", "machine", "nobody", "busy" or "cancelled"; `keys` are typed one entry each time that
    keys are asked for, and nothing after the last; `guessed` is what the provider thinks picked up."""

    picks_up: str = "person"
    keys: tuple[str, ...] = ()
    guessed: str = "human"


def a_person(*keys: str, guessed: str = "human") -> Phone:
    return Phone("person", keys, guessed)


VOICEMAIL = Phone("machine", (), "machine_start")
NOBODY = Phone("nobody")
BUSY = Phone("busy")


@dataclass
class Heard:
    """What was said in one call, in order, and each post of keys with what our service answered."""

    words: list[str] = field(default_factory=list)
    posts: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def last(self) -> str:
        return self.words[-1]


# Posts the keys to an address; the HTTP status and the script that came back.
PostKeys = Callable[[str, str], tuple[int, str]]


def listen(script: str, keys: Iterable[str], post: PostKeys, heard: Heard) -> Heard:
    """Do what a provider does with a script: say, gather, post, and go on with the script that comes back."""
    typing = iter(keys)
    for _ in range(STEPS_AT_MOST):
        next_script = _through(script, typing, post, heard)
        if next_script is None:
            return heard
        script = next_script
    raise AssertionError("this call never ends")


def _through(script: str, typing: Iterable[str], post: PostKeys, heard: Heard) -> str | None:
    response = ElementTree.fromstring(script)
    assert response.tag == "Response", script
    for verb in response:
        if verb.tag == "Say":
            heard.words.append(verb.text or "")
        elif verb.tag == "Gather":
            heard.words += [say.text or "" for say in verb if say.tag == "Say"]
            typed = _typed(next(iter(typing), NOTHING), heard)
            if typed:
                action = verb.attrib["action"]
                assert verb.attrib["method"] == "POST" and verb.attrib["input"] == "dtmf", script
                digits = typed[: int(verb.attrib["numDigits"])]
                status, answer = post(action, digits)
                heard.posts.append((action, digits, status))
                if status != 200:
                    heard.words.append(BROKEN)
                    return None
                return answer
        elif verb.tag == "Hangup":
            return None
        else:
            assert verb.tag == "Pause", f"a provider would not know {verb.tag}"
    return None


def _typed(key: str, heard: Heard) -> str:
    if key != CODE:
        return key
    found = SAID.search(heard.last)
    assert found, f"no code was said: {heard.last}"
    return "".join(str(WORDS.index(word)) for word in found.group(1).split(", "))
