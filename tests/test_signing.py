"""What must be there before a signature, what gives pause, and the bytes that are signed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.record.chart import clean
from app.record.form import FORM
from app.record.signing import canonical, cautions, digest, missing, says_licensed

FACT = {"time": "02:04", "fact": "Stood on the road in the dark, in socks.", "source": "Pruitt, saw it"}
WAY = {"way": "Home with someone", "happened": "Brother is 4 h away.", "time": "02:15"}


def a_chart(**changes: object):
    """Finished, and stayed in the community, unless said otherwise. None takes an answer away."""
    whole = {
        "cssrs_q1": "yes",
        "cssrs_q2": "no",
        "cssrs_q6": "no",
        "narrative": "We met her at the grange hall.",
        "disposition": "community",
        "facts": [FACT],
        "recommendation": "community",
    }
    return clean(whole | changes)


def a_hold(**changes: object):
    return a_chart(
        **{
            "disposition": "hospital_involuntary",
            "recommendation": "hospital_involuntary",
            "other_ways": [WAY],
            "voluntary": "yes",
            "voluntary_words": "Offered twice. “No. They are there too.”",
            "legal_section": "Minn. Stat. 253B.051, subd. 1",
            "signer_name": "L. Haddad",
            "signer_credentials": "LICSW",
            "dependents": "Neighbor Ode takes the dog and the key.",
        }
        | changes
    )


def asked_for(chart, **circumstances):
    return [(one.field, one.sentence) for one in missing(chart, **circumstances)]


def test_a_finished_chart_lacks_nothing():
    assert asked_for(a_chart()) == []
    assert asked_for(a_hold()) == []


def test_an_empty_chart_is_told_all_of_it_in_the_order_of_the_form():
    assert [one.field for one in missing({})] == [
        "cssrs_why",
        "risk",
        "narrative",
        "disposition",
        "facts",
        "recommendation",
    ]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"narrative": "  "}, "narrative", "Write what happened, in order."),
        ({"disposition": None}, "disposition", "Choose how it ended."),
        ({"disposition": "other"}, "disposition_words", "Say how it ended."),
        ({"recommendation": None}, "recommendation", "Choose the level of care that you recommend."),
        (
            {"facts": []},
            "facts",
            "Write at least one thing that you saw or heard, with its time and who it is from.",
        ),
        (
            {"facts": [FACT, {"fact": "No medicine for nine days."}]},
            "facts",
            "What you saw and heard, row 2: write the time and who it is from.",
        ),
        (
            {"recommendation": "crisis_bed"},
            "disposition_words",
            "It ended otherwise than you recommend. Say why.",
        ),
        ({"cssrs_q6": None}, "cssrs_q6", "Ask question 6, or say why it was not asked."),
        ({"cssrs_q6": "not_asked", "risk": "low", "risk_why": "x"}, "cssrs_q6",
         "Ask question 6, or say why it was not asked."),
        (
            {"cssrs_q6": "yes"},
            "cssrs_q6_recent",
            "Ask question 6, whether it was in the past 3 months, or say why it was not asked.",
        ),
        (
            {"cssrs_q6": "refused"},
            "risk",
            "The screener is incomplete. Choose the level of risk that you judge.",
        ),
        (
            {"cssrs_q6": "refused", "risk": "high"},
            "risk_why",
            "The screener is incomplete. Say why you judge the risk so.",
        ),
        ({"risk": "high"}, "risk_why", "The screener says low. Say why you judge it otherwise."),
    ],
)  # fmt: skip
def test_each_gap_is_said_where_it_is(changes, field, sentence):
    assert (field, sentence) in asked_for(a_chart(**changes))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"legal_section": None}, "legal_section", "Write the section of law for the hold."),
        ({"signer_name": None}, "signer_name", "Name the person who signs the hold."),
        (
            {"signer_credentials": ""},
            "signer_credentials",
            "Write the credentials of the person who signs the hold.",
        ),
        ({"voluntary": None}, "voluntary", "Say whether care by choice was offered."),
        (
            {"voluntary_words": None},
            "voluntary_words",
            "Write what care was offered, and what the person said.",
        ),
        (
            {"voluntary": "not_possible", "voluntary_words": None},
            "voluntary_words",
            "Say why it was not possible to offer care by choice.",
        ),
        (
            {"other_ways": []},
            "other_ways",
            "Write at least one less restrictive way, and why it was not enough.",
        ),
        (
            {"other_ways": [WAY, {"way": "Crisis bed"}]},
            "other_ways",
            "Less restrictive ways, row 2: say why it was not enough.",
        ),
        (
            {"other_ways": [{"happened": "Full."}]},
            "other_ways",
            "Less restrictive ways, row 1: name the way.",
        ),
        (
            {"dependents": None},
            "dependents",
            "Say who looks after children, animals and belongings, or write none.",
        ),
    ],
)
def test_a_hold_takes_more(changes, field, sentence):
    assert asked_for(a_hold(**changes)) == [(field, sentence)]


def test_what_a_hold_takes_is_not_asked_of_others():
    assert {
        field
        for field, _ in asked_for(
            a_chart(recommendation="hospital_voluntary", disposition="hospital_voluntary")
        )
    } == set()


def test_a_recommended_hold_that_ended_otherwise_needs_a_reason_and_no_signer():
    chart = a_hold(disposition="crisis_bed", signer_name=None, signer_credentials=None, dependents=None)
    assert [field for field, _ in asked_for(chart)] == ["disposition_words"]


def test_a_hold_not_yet_carried_out_already_needs_its_signer():
    assert "signer_name" in [field for field, _ in asked_for(a_hold(disposition=None, signer_name=None))]


def test_a_reason_for_each_question_not_asked_closes_the_screener():
    chart = a_chart(
        cssrs_q6="not_asked", cssrs_q6_why="She fell asleep.", risk="high", risk_why="Bought a gun in May."
    )
    assert asked_for(chart) == []


def test_one_reason_closes_a_screener_that_was_not_asked_at_all_and_only_that():
    none = dict.fromkeys(("cssrs_q1", "cssrs_q2", "cssrs_q6"))
    judged = {"risk": "high", "risk_why": "Walked toward a truck.", "cssrs_why": "She did not answer anyone."}
    assert asked_for(a_chart(**none, **judged)) == []
    assert [field for field, _ in asked_for(a_chart(**judged, cssrs_q6=None))] == ["cssrs_q6"]


def test_a_person_who_was_not_found_needs_the_story_alone():
    assert asked_for(clean({"disposition": "not_found", "narrative": "Nobody at the hall. We waited."})) == []


def test_a_person_who_refused_needs_the_story_and_what_we_saw():
    told = {"disposition": "refused", "narrative": "He spoke through the door."}
    assert [field for field, _ in asked_for(clean(told))] == ["facts"]
    assert asked_for(clean(told | {"facts": [FACT]})) == []


def test_a_minor_has_a_guardian_to_tell():
    assert asked_for(a_chart(), minor=True) == [("guardian", "Say whether the guardian was told.")]
    assert [field for field, _ in asked_for(a_chart(guardian="tried"), minor=True)] == ["guardian_words"]
    assert asked_for(a_chart(guardian="told"), minor=True) == []


def test_a_hold_signed_without_a_licence_gives_pause():
    chart = a_hold(signer_name="W. Pruitt", signer_credentials="case manager")
    (own,) = cautions(chart, author="w.  pruitt")
    assert own.sentence == "You recommend this hold; someone licensed decides it. Name the person who does."
    (other,) = cautions(chart, author="R. Ekholm")
    assert (
        other.sentence
        == "The signer’s credentials name no licence. Name someone licensed, or add the licence."
    )
    assert asked_for(chart) == []


def test_a_licensed_signer_and_a_chart_without_a_hold_give_no_pause():
    assert cautions(a_hold(), author="L. Haddad") == ()
    assert cautions(a_chart(signer_name="W. Pruitt", signer_credentials="case manager")) == ()


@pytest.mark.parametrize(
    "credentials", ["LICSW", "lcsw-r", "L.M.F.T.", "M.D.", "RN, crisis nurse", "Licensed psychologist"]
)
def test_words_that_name_a_licence(credentials):
    assert says_licensed(credentials)


@pytest.mark.parametrize(
    "credentials",
    ["", "case manager", "unlicensed", "not licensed", "not yet licensed", "non-licensed practitioner",
     "LPCC in training", "peer specialist", "LCSW, license pending"],
)  # fmt: skip
def test_words_that_name_no_licence(credentials):
    assert not says_licensed(credentials)


def test_the_signed_bytes_are_the_same_whatever_the_order_and_blanks():
    one = a_hold()
    other = dict(reversed(one.items())) | {"allergies": "", "supports": []}
    assert canonical(one) == canonical(other)


def test_the_signed_bytes_are_versioned_json_that_reads_back():
    chart = a_hold()
    told = json.loads(canonical(chart))
    assert told["canonical"] == 1 and told["form"] == FORM
    assert told["chart"] == chart


def test_the_form_of_the_signed_bytes_has_not_moved():
    assert (
        canonical({"narrative": "“é”", "facts": [{"time": "1", "source": "", "fact": "a"}]})
        == (
            '{"canonical":1,"chart":{"facts":[{"fact":"a","source":"","time":"1"}],"narrative":"“é”"},'
            '"form":"standby-assessment-1"}'
        ).encode()
    )


def test_a_digest_is_sha256_in_hex():
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@settings(deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_another_word_is_another_digest(one, other):
    left, right = clean({"narrative": one}), clean({"narrative": other})
    same = left["narrative"] == right["narrative"]
    if left["narrative"].strip() and right["narrative"].strip():
        assert (digest(canonical(left)) == digest(canonical(right))) == same
