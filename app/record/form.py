"""The assessment form as a closed set: its sections in the order a phone walks them."""

from app.record.form_assessment import (
    MEANS,
    MEDICAL,
    MENTAL_STATUS,
    NARRATIVE,
    SCREENER,
    SOURCES,
    STRENGTHS,
    SUBSTANCES,
    SUPPORTS,
)
from app.record.form_decision import DECISION, DISPOSITION

FORM = "standby-assessment-1"

SECTIONS = (
    SCREENER,
    MENTAL_STATUS,
    SUBSTANCES,
    MEDICAL,
    SUPPORTS,
    MEANS,
    STRENGTHS,
    SOURCES,
    NARRATIVE,
    DISPOSITION,
    DECISION,
)
FIELDS = {field.id: field for section in SECTIONS for field in section.fields}
