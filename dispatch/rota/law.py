"""The states' law on staffing and training as data: what it says, where it stands, and whether we saw its text."""

from dataclasses import dataclass

# Every state whose holidays a program may keep; the law of few of them is known here.
STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
}
GENERAL = "From general knowledge; no text seen. Not verified."


@dataclass(frozen=True)
class Law:
    """One rule of law. `rule` is the code it counts under (dispatch/rota/terms.py); `verified`: we saw its text, in
    the edition named in `source`. A county's counsel checks it against the controlling text before relying on it."""

    code: str
    state: str
    rule: str
    says: str
    instrument: str
    source: str
    verified: bool


LAWS = (
    Law(
        "mn-team",
        "MN",
        "composition",
        "A team is two or more mental health professionals, or at least one professional and one practitioner. "
        "Certified peers may take part in all phases.",
        "Minn. Stat. 256B.0624; DHS manual, Adult Crisis Response Services",
        "dhs.state.mn.us id_058038, revision of 2014-08-15",
        True,
    ),
    Law(
        "mn-team-others",
        "MN",
        "composition",
        "The second member may also be a clinical trainee or a rehabilitation worker.",
        "Minn. Stat. 256B.0624, current wording",
        GENERAL,
        False,
    ),
    Law(
        "mn-supervisor",
        "MN",
        "composition",
        "A clinical supervisor is immediately available by phone or in person.",
        "DHS manual, Adult Crisis Response Services",
        "dhs.state.mn.us id_058038, revision of 2014-08-15; a county's page on children's crisis response",
        True,
    ),
    Law(
        "mn-training",
        "MN",
        "training_hours",
        "Practitioners, peers and rehabilitation workers: 30 hours of crisis training in the past 2 years.",
        "DHS manual, Adult Crisis Response Services",
        "dhs.state.mn.us id_058038, revision of 2014-08-15; a county's page on children's crisis response",
        True,
    ),
    Law(
        "wi-team",
        "WI",
        "composition",
        "Staff of classes 15 to 19 work only with a teammate of classes 1 to 14.",
        "Wis. Admin. Code DHS 34.21 (3) (b), 34.22 (3)",
        "docs.legis.wisconsin.gov, DHS 34 subchapter III, as in force from 2023-10-01",
        True,
    ),
    Law(
        "wi-professional",
        "WI",
        "composition",
        "A mental health professional (classes 1 to 8) supervises in person or is available by phone.",
        "Wis. Admin. Code DHS 34.21, 34.22 (3)",
        "docs.legis.wisconsin.gov, DHS 34 subchapter III, as in force from 2023-10-01",
        True,
    ),
    Law(
        "wi-orientation",
        "WI",
        "training_hours",
        "Orientation within 3 months of hiring: 40 hours with less than 6 months of experience, 20 hours otherwise. "
        "Volunteers: 40 hours before any direct work.",
        "Wis. Admin. Code DHS 34.21 (8)",
        "docs.legis.wisconsin.gov, DHS 34 subchapter III, as in force from 2023-10-01",
        True,
    ),
    Law(
        "wi-in-service",
        "WI",
        "training_hours",
        "8 hours of in-service training a year.",
        "Wis. Admin. Code DHS 34.21 (8)",
        "docs.legis.wisconsin.gov, DHS 34 subchapter III, as in force from 2023-10-01",
        True,
    ),
    Law(
        "or-team",
        "OR",
        "composition",
        "Two people go in person from 08:00 to 24:00. From 00:00 to 08:00 one may go alone, with a qualified mental "
        "health professional available by telehealth.",
        "Or. Admin. Code 309-072-0140",
        "law.cornell.edu/regulations/oregon/Or-Admin-Code-SS-309-072-0140",
        True,
    ),
)
# What we looked for and did not find; silence here is no permission.
NONE_KNOWN = {
    "NY": {
        "composition": "No staffing rule of New York is known to us. Its rate codes suppose one licensed person, "
        "or a licensed one with a second.",
        "training_hours": "No rule of New York on training hours is known to us.",
    },
    "OR": {"training_hours": "No rule of Oregon on training hours is known to us."},
}


def laws_of(state: str | None) -> tuple[Law, ...]:
    """The laws of a state that we know."""
    return tuple(law for law in LAWS if law.state == state)


def none_known(state: str | None) -> tuple[str, ...]:
    """The sentences about what we do not know of a state's law."""
    if state is None:
        return ("This program has no state, so no state's law is looked at. Choose one first.",)
    if state in NONE_KNOWN:
        return tuple(NONE_KNOWN[state].values())
    return () if laws_of(state) else (f"No law of {STATES[state]} on staffing or training is known to us.",)
