"""The questions about how it ended: the disposition, and the level of care with its reasons."""

from app.record.field import Column, Section, choice, line, rows, text

RECOMMENDATIONS = {
    "community": "Stay in the community",
    "crisis_bed": "Crisis bed",
    "hospital_voluntary": "Hospital, voluntary",
    "hospital_involuntary": "Hospital, on a hold",
}

DISPOSITIONS = {
    "community": "Stayed in the community, safety plan",
    "crisis_bed": "Crisis bed",
    "respite": "Respite",
    "detox": "Detox",
    "hospital_voluntary": "Hospital or emergency department, voluntary",
    "hospital_involuntary": "Hospital, on a hold",
    "medical_ed": "Emergency department, for a medical reason",
    "custody": "Law enforcement custody",
    "not_found": "Person not found",
    "refused": "Person refused to be seen",
    "other": "Other",
}

DISPOSITION = Section(
    "disposition",
    "How it ended",
    (
        choice("disposition", "How did it end?", DISPOSITIONS),
        text(
            "disposition_words",
            "What else is there to say about it?",
            "Needed when it differs from what you recommend.",
        ),
    ),
)

DECISION = Section(
    "decision",
    "Level of care",
    (
        rows(
            "facts",
            "What did we see and hear?",
            Column("time", "Time", limit=60),
            Column("fact", "Fact, not opinion", limit=2_000),
            Column("source", "From"),
        ),
        rows(
            "other_ways",
            "Which less restrictive ways were tried, and why was each not enough?",
            Column("way", "Way"),
            Column("happened", "What happened", limit=2_000),
            Column("time", "Time", limit=60),
        ),
        choice("recommendation", "What do you recommend?", RECOMMENDATIONS),
        choice(
            "voluntary",
            "Was care by choice offered?",
            {"yes": "Yes", "no": "No", "not_possible": "It was not possible"},
        ),
        text(
            "voluntary_words",
            "What was offered, and what did the person say?",
            "If it was not offered, why not?",
        ),
        line("legal_section", "Under which section of law?"),
        line("signer_name", "Who signs the hold?"),
        line("signer_credentials", "What are the signer’s credentials?"),
        text("transport", "How does the person get there, and who takes them?"),
        text("dependents", "Who looks after children, animals and belongings?", "Or write none."),
        choice(
            "guardian",
            "Was the guardian told?",
            {
                "no_guardian": "There is no guardian",
                "told": "Told",
                "tried": "Tried, not reached",
                "not_told": "Not told",
            },
        ),
        text("guardian_words", "Who was told, when, and what did they say?"),
        line("approved_by", "Who approved it?"),
        line("consulted_by", "Who was consulted?"),
    ),
)
