"""The questions of the assessment, from the screener to what happened."""

from app.record.cssrs_wording import QUESTIONS, VERSION
from app.record.field import Column, Field, Section, choice, choices, line, options_of, rows, stamp, text

YES_NO_UNKNOWN = {"yes": "Yes", "no": "No", "would_not_say": "Would not say", "not_known": "Not known"}

SCREENER_ANSWERS = {
    "yes": "Yes",
    "no": "No",
    "refused": "Would not say",
    "unable": "Could not answer",
    "not_asked": "Not asked",
}

RISK_LEVELS = {"high": "High", "moderate": "Moderate", "low": "Low", "none": "None seen"}


def _observed(id: str, label: str, words: str, *alone: str) -> tuple[Field, Field]:
    """One line of the mental status: what was seen, in ticks, and room for the observer's own words."""
    seen = {
        word.strip().replace(" ", "_").replace("-", "_"): word.strip().capitalize()
        for word in words.split(",")
    }
    return (
        choices(f"mse_{id}", label, seen | {"not_assessed": "Not assessed"}, alone=(*alone, "not_assessed")),
        line(f"mse_{id}_words", "In your words"),
    )


SCREENER = Section(
    "screener",
    "C-SSRS screener",
    (
        *(
            Field(f"cssrs_{q.id}", q.text, "screener", options_of(SCREENER_ANSWERS), hint=q.hint)
            for q in QUESTIONS
        ),
        *(line(f"cssrs_{q.id}_why", f"Why was question {q.number} not asked?") for q in QUESTIONS),
        text("cssrs_why", "Why was the screener not asked at all?"),
        stamp("cssrs_version", "Which wording was read aloud?", {VERSION: VERSION}),
        choice("risk", "What level of risk do you judge?", RISK_LEVELS),
        text(
            "risk_why",
            "Why do you judge it so?",
            "Needed when you differ from the screener, or it is incomplete.",
        ),
    ),
)

MENTAL_STATUS = Section(
    "mental_status",
    "Mental status",
    (
        *_observed(
            "appearance", "How did the person look?", "groomed, disheveled, unclean, not dressed for weather"
        ),
        *_observed(
            "behavior",
            "How did the person act?",
            "calm, cooperative, guarded, restless, agitated, threatening, slowed",
        ),
        *_observed("speech", "How did the person speak?", "usual, fast, slow, loud, quiet, slurred, silent"),
        *_observed(
            "mood",
            "What mood did the person name?",
            "good, sad, anxious, angry, hopeless, numb, would not say",
        ),
        *_observed(
            "affect",
            "What feeling showed?",
            "full, flat, tearful, irritable, elated, changes fast, does not fit",
        ),
        *_observed(
            "thought_process",
            "How did thoughts follow?",
            "clear, slow, racing, wandering, jumping, confused, blocked",
        ),
        *_observed(
            "thought_content",
            "What were the thoughts about?",
            "nothing unusual, suicide, harm to others, false beliefs, fear of others, guilt, hopelessness",
            "nothing_unusual",
        ),
        *_observed(
            "perception",
            "Did the person see or hear what others did not?",
            "no, voices, voices that command, sights, other",
            "no",
        ),
        *_observed(
            "orientation",
            "What did the person know?",
            "who, where, what day, what is happening, none of these",
            "none_of_these",
        ),
        *_observed(
            "memory", "How were memory and attention?", "intact, distracted, recent gaps, past gaps", "intact"
        ),
        *_observed(
            "insight", "Did the person see that help is needed?", "yes, partly, no", "yes", "partly", "no"
        ),
        *_observed("judgment", "Were choices safe?", "yes, partly, no", "yes", "partly", "no"),
    ),
)

SUBSTANCES = Section(
    "substances",
    "Alcohol and drugs",
    (
        choice(
            "substances_now",
            "Has the person used alcohol or drugs?",
            YES_NO_UNKNOWN | {"not_asked": "Not asked"},
        ),
        text("substances_what", "What, and how much?"),
        line("substances_when", "When was the last time?"),
        choice(
            "withdrawal",
            "Could withdrawal begin?",
            {
                "none_seen": "No sign of it",
                "possible": "Possible",
                "likely": "Likely, or has begun",
                "not_assessed": "Not assessed",
            },
        ),
        line("withdrawal_words", "What did you see?"),
        choice(
            "naloxone",
            "Was naloxone given?",
            {
                "not_needed": "Not needed",
                "given": "Given",
                "left": "Left with the person or family",
                "given_and_left": "Given, and more left there",
                "refused": "Offered, not wanted",
                "none_to_give": "Needed, but there was none",
            },
        ),
        line("naloxone_words", "When, how much, and what happened?"),
    ),
)

MEDICAL = Section(
    "medical",
    "Medical",
    (
        choices(
            "medical_flags",
            "Are there medical warning signs?",
            {
                "none_seen": "None seen",
                "overdose": "Overdose or poison",
                "wound": "Wound or bleeding",
                "head_injury": "Head injury",
                "chest_pain": "Chest pain",
                "breathing": "Trouble breathing",
                "seizure": "Seizure",
                "fever": "Fever or stiff neck",
                "new_confusion": "Confusion that is new",
                "cannot_wake": "Hard to wake",
                "pregnant": "Pregnant or newly delivered",
                "cold_heat": "Cold or heat injury",
                "other": "Other",
                "not_assessed": "Not assessed",
            },
            alone=("none_seen", "not_assessed"),
        ),
        text("medical_words", "What did you see or hear about it?"),
        text("medications", "Which medicines, and are they taken?"),
        text("allergies", "Which allergies?"),
        text("injuries", "Which injuries?"),
        choice(
            "clearance",
            "Is medical clearance needed?",
            {
                "not_needed": "Not needed",
                "needed": "Needed, not done yet",
                "done": "Done",
                "refused": "Refused",
                "not_known": "Not known",
            },
        ),
        line("clearance_words", "Where, by whom, at what time?"),
    ),
)

SUPPORTS = Section(
    "supports",
    "People who can help",
    (
        rows(
            "supports",
            "Who can help?",
            Column("who", "Name"),
            Column("relation", "Who they are to the person"),
            Column("phone", "Phone", limit=60),
            Column(
                "stay",
                "Can stay tonight",
                options=options_of({"yes": "Yes", "no": "No", "not_known": "Not known"}),
            ),
        ),
        text("supports_words", "What else should the next helper know?"),
    ),
)

MEANS = Section(
    "means",
    "What is within reach",
    (
        choices(
            "means",
            "What could the person use to do harm?",
            {
                "none_found": "Asked, none found",
                "firearm": "Firearm",
                "medicines": "Medicines or poison",
                "sharps": "Knife or blade",
                "rope": "Rope or cord",
                "vehicle": "Vehicle",
                "place": "Bridge, tracks, road, height or water",
                "other": "Other",
                "would_not_say": "Would not say",
                "not_asked": "Not asked",
            },
            alone=("none_found", "not_asked"),
        ),
        text("means_words", "Where is it, and who can reach it?"),
        text("means_safer", "What was done to put it out of reach?"),
    ),
)

STRENGTHS = Section(
    "strengths",
    "Strengths and own goal",
    (
        text("strengths", "What helps, and what has helped before?"),
        text("own_goal", "What does the person want, in their own words?"),
    ),
)

SOURCES = Section(
    "sources",
    "Where this comes from",
    (
        choices(
            "sources",
            "Who told us?",
            {
                "person": "The person",
                "family": "Family or friend",
                "caller": "The caller",
                "police": "Law enforcement",
                "ems": "Ambulance crew",
                "school": "School",
                "facility": "Hospital or facility",
                "case_manager": "Case manager or provider",
                "records": "Records",
                "own_eyes": "We saw it",
                "other": "Other",
            },
        ),
        text("sources_words", "Names, and how sure are they?"),
        line("language", "Which language, and who interpreted?"),
    ),
)

NARRATIVE = Section(
    "narrative",
    "What happened",
    (text("narrative", "What happened, in order?", "What you saw, heard and did. Facts before opinions."),),
)
