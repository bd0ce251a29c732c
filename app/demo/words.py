"""What the county's invented people say. No real person, place or number stands here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """One call as it is taken down: coded answers beside the caller's own words."""

    channel: str
    fields: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()


YOURS = Call(
    "phone",
    (
        ("callback", "218-555-0162"),
        ("caller_name", "Rosa, her mother"),
        ("place", "77 Kestrel Ln"),
        ("area", "Nyberg Township"),
        ("directions", "White house, blue truck. Door unlocked"),
        ("person_name", "Ines Ramos"),
        ("age_band", "child"),
        (
            "words",
            "She is fifteen. She says she cannot stay safe tonight. I am sitting on the floor with her.",
        ),
        ("hazards", "Rifle in a locked cabinet in the hall, key with the mother."),
    ),
    (("minors", "yes"), ("attempt", "no"), ("violence", "no")),
    ("child", "spanish"),
)
HOME = Call(
    "988",
    (
        ("callback", "218-555-0148"),
        ("caller_name", "Ann, his sister"),
        ("place", "2150 Mill Rd, apt 9"),
        ("area", "Mill Road"),
        ("directions", "Side door, second floor"),
        ("person_name", "Gordon Hale"),
        ("age_band", "adult"),
        ("words", "He has not slept in four days and thinks people follow him. Calm now, wants to talk."),
    ),
    (("danger", "no"), ("weapon", "no"), ("violence", "no"), ("psychosis", "yes"), ("medical", "no")),
)
SILENCE = Call(
    "911",
    (
        ("callback", "218-555-0170"),
        ("caller_name", "Neighbor, unit 2"),
        ("place", "418 Tamarack St, unit 3"),
        ("area", "Birch Hollow"),
        ("directions", "Neighbor will let the team in"),
        ("person_name", "Marta Lind"),
        ("age_band", "adult"),
        (
            "words",
            "She shouts that she wants to end it. Two dogs inside. The neighbor talks to her at the door.",
        ),
        ("hazards", "Two dogs, loose inside."),
    ),
    (("danger", "yes"), ("weapon", "unknown"), ("violence", "no"), ("animals", "yes"), ("police", "no")),
    ("police_near",),
)
LATER = Call(
    "phone",
    (
        ("callback", "218-555-0155"),
        ("caller_name", "Himself"),
        ("place", "9 Old Ferry Rd"),
        ("area", "Riverside"),
        ("person_name", "Tomas Weir"),
        ("age_band", "adult"),
        ("words", "Low since his wife left. Safe tonight, he says. The children are awake until nine."),
    ),
    (("danger", "no"), ("weapon", "no"), ("violence", "no"), ("minors", "no")),
)
HOME_NOTES: dict[str, object] = {
    "cssrs_q1": "yes",
    "cssrs_q2": "no",
    "cssrs_q6": "no",
    "mse_appearance": ["disheveled"],
    "mse_behavior": ["restless", "cooperative"],
    "mse_speech": ["fast"],
    "mse_mood": ["anxious"],
    "mse_thought_content": ["fear_of_others"],
    "mse_perception": ["voices"],
    "mse_insight": ["partly"],
    "substances_now": "no",
    "medical_flags": ["none_seen"],
    "clearance": "not_needed",
    "means": ["none_found"],
    "strengths": "Walks when it gets too much. His sister calms him.",
    "own_goal": "To sleep one night, and not to be alone with the voices.",
    "sources": ["person", "family", "own_eyes"],
    "narrative": "Met at the side door by his sister. Spoke low, sat with him in the kitchen, walked round the block "
    "with him once. He took the evening dose with us there. Sister stays the night. He agreed to the clinic at 10:00.",
    "facts": [
        {
            "time": "21:20",
            "fact": "Paced the kitchen, answered every question.",
            "source": "Sorensen, saw it",
        },
        {"time": "21:35", "fact": "“They are quieter when Ann is here.”", "source": "Mensah, heard it"},
    ],
    "recommendation": "community",
    "disposition": "community",
    "dependents": "None.",
    "guardian": "no_guardian",
}


@dataclass(frozen=True)
class Person:
    """An invented client, with the plan that helps and the crises that went before."""

    name: str
    born: str
    phone: str
    address: str
    pronouns: str
    plan: tuple[tuple[str, str], ...]
    know: str = ""
    guardian: str = ""
    language: str = ""
    hazard: str = ""
    crises: tuple["Past", ...] = ()


@dataclass(frozen=True)
class Past:
    """One crisis of the past: how many days ago, what was said, how it ended, and the note."""

    days: int
    words: str
    area: str
    acuity: int
    disposition: str
    narrative: str
    lead: str
    second: str
    minutes: int = 74


PEOPLE = (
    Person(
        "Ines Ramos",
        "2011-04-02",
        "218-555-0162",
        "77 Kestrel Ln",
        "she, her",
        (
            (
                "helps",
                "Sit lower than her. The floor is fine.\nAsk about the horse. His name is Button.\nGive her the "
                "choice of room. Do not stand in the door.",
            ),
            ("worse", "Two people talking at once. A uniform in the room."),
            ("signs", "She stops answering texts, then turns her phone off."),
            ("people", "Aunt Lucia, 218-555-0173, until 23:00\nDr. Amadi, 218-555-0119, office hours"),
        ),
        know="Guardian must be told of any transport. Penicillin allergy.",
        guardian="Rosa Ramos, mother, 218-555-0162",
        language="English, mother Spanish",
        hazard="Two dogs, loose in the yard. Mother will chain them.",
        crises=(
            Past(
                82,
                "Locked herself in the bathroom after school.",
                "Nyberg Township",
                2,
                "community",
                "Talked through the door, then on the floor. Safety plan made with her mother.",
                "mensah",
                "sorensen",
            ),
            Past(
                291,
                "Said she wanted to sleep and not wake up.",
                "Nyberg Township",
                1,
                "hospital_voluntary",
                "Went with her mother by car. Accepted by the ward at 01:10.",
                "lindqvist",
                "osei",
                141,
            ),
        ),
    ),
    Person(
        "Gordon Hale",
        "1985-09-19",
        "218-555-0148",
        "2150 Mill Rd, apt 9",
        "he, him",
        (
            ("helps", "Speak low. Offer to walk. His sister Ann can be called."),
            ("worse", "Sirens. Being asked the same thing twice."),
            ("signs", "Covers the windows. Stops eating with others."),
            ("people", "Ann Hale, sister, 218-555-0148"),
        ),
        crises=(
            Past(
                37,
                "Shouting at the lake, talked to people who were not there.",
                "Alder Falls",
                2,
                "community",
                "Walked with him for half an hour. His sister took him home.",
                "pruitt",
                "ekholm",
                63,
            ),
        ),
    ),
    Person(
        "Marta Lind",
        "1992-01-30",
        "218-555-0170",
        "418 Tamarack St, unit 3",
        "she, her",
        (
            ("helps", "One voice. Her brother on the phone."),
            ("worse", "Being touched. Questions about work."),
            ("signs", "Walks at night in the cold."),
            ("people", "Lars Lind, brother, 218-555-0177"),
        ),
        crises=(
            Past(
                12,
                "Stood on the road in the dark, in socks.",
                "Birch Hollow",
                1,
                "crisis_bed",
                "Brother four hours away. Harbor House took her at 09:00 after we sat with her.",
                "vela",
                "whitcomb",
                188,
            ),
        ),
    ),
    Person(
        "Gordon Price",
        "1968-06-11",
        "218-555-0181",
        "12 Ferry Ct",
        "he, him",
        (("helps", "Coffee, and time."),),
    ),
    Person(
        "Tomas Weir",
        "1979-11-03",
        "218-555-0155",
        "9 Old Ferry Rd",
        "he, him",
        (("helps", "Ask about the boat."),),
    ),
)
