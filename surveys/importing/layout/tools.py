"""The survey tools whose exports are read: how to tell them, and what their own columns are."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from web.text import fold

# What a column that is no question says about the response. `ignore`: it says where the row stands in the file, or
# how the file was made, so a change of it is no change of the answers.
ID, GIVEN_AT, KIND, IGNORE = "about:id", "about:given_at", "about:kind", "ignore"
FOOTNOTE, NOTE, SOURCE = "about:footnote", "about:note", "about:source"
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Tool:
    """One survey tool. `marks`: headings of which `needed` must be there; `columns`: heading → what it says."""

    name: str
    marks: Collection[str]
    needed: int = 1
    columns: Mapping[str, str] = field(default_factory=dict)
    separators: str = "/"
    """Between groups, questions and options in headings."""
    gives_codes: bool = False
    """Whether cells hold the names of answers, separated by spaces, rather than labels."""


KOBO = Tool(
    "KoboToolbox",
    marks=("_uuid", "_submission_time", "_index", "meta/instanceid", "_submitted_by", "__version__"),
    needed=2,
    columns={
        "meta/rootuuid": ID, "_uuid": ID, "_id": ID, "_submission_time": GIVEN_AT, "end": IGNORE, "start": IGNORE,
        "today": IGNORE, "_index": IGNORE, "_parent_index": IGNORE, "_parent_table_name": IGNORE,
        "_validation_status": IGNORE, "_notes": IGNORE, "_status": IGNORE, "_submitted_by": IGNORE, "_tags": IGNORE,
        "__version__": IGNORE, "_geolocation": IGNORE, "_attachments": IGNORE, "meta/instanceid": IGNORE,
        "meta/deprecatedid": IGNORE, "deviceid": IGNORE, "username": IGNORE, "formhub/uuid": IGNORE,
        "_xform_id_string": IGNORE, "_bamboo_dataset_id": IGNORE, "meta/instancename": IGNORE, "phonenumber": IGNORE,
        "subscriberid": IGNORE, "simserial": IGNORE, "audit": IGNORE,
    },
    separators="/-:.>|",
    gives_codes=True,
)  # fmt: skip
ODK = Tool(
    "ODK",
    marks=("submissiondate", "meta-instanceid", "meta/instanceid", "instanceid", "key", "submitterid", "reviewstate"),
    needed=2,
    columns={
        "key": ID, "meta-instanceid": ID, "meta/instanceid": ID, "instanceid": ID, "submissiondate": GIVEN_AT,
        "submitterid": IGNORE, "submittername": IGNORE, "attachmentspresent": IGNORE, "attachmentsexpected": IGNORE,
        "status": IGNORE, "reviewstate": IGNORE, "deviceid": IGNORE, "edits": IGNORE, "formversion": IGNORE,
        "parent_key": IGNORE, "start": IGNORE, "end": IGNORE, "today": IGNORE, "meta-instancename": IGNORE,
    },
    separators="-/:.",
    gives_codes=True,
)  # fmt: skip
LIMESURVEY = Tool(
    "LimeSurvey",
    marks=(
        "submitdate", "date submitted", "lastpage", "last page", "startlanguage", "start language", "seed",
        "date last action", "datestamp", "response id", "startdate", "date started",
    ),
    needed=2,
    columns={
        "id": ID, "response id": ID, "token": IGNORE, "submitdate": GIVEN_AT, "date submitted": GIVEN_AT,
        "lastpage": IGNORE, "last page": IGNORE, "startlanguage": IGNORE, "start language": IGNORE, "seed": IGNORE,
        "startdate": IGNORE, "date started": IGNORE, "datestamp": IGNORE, "date last action": IGNORE,
        "ipaddr": IGNORE, "ip address": IGNORE, "refurl": IGNORE, "referrer url": IGNORE, "access code": IGNORE,
    },
    separators=".",
)  # fmt: skip
SURVEYMONKEY = Tool(
    "SurveyMonkey",
    marks=("respondent id", "respondentid", "collector id", "collectorid", "start date", "end date"),
    needed=1,
    columns={
        "respondent id": ID, "respondentid": ID, "response id": ID, "collector id": IGNORE, "collectorid": IGNORE,
        "start date": IGNORE, "startdate": IGNORE, "end date": GIVEN_AT, "enddate": GIVEN_AT, "ip address": IGNORE,
        "custom data 1": IGNORE, "custom data": IGNORE,
    },
)  # fmt: skip
MICROSOFT_FORMS = Tool(
    "Microsoft Forms",
    marks=(
        "completion time", "start time", "heure de début", "heure de fin", "hora de inicio",
        "hora de finalización", "last modified time", "id", "email", "name",
    ),
    needed=3,
    columns={
        "id": ID, "start time": IGNORE, "completion time": GIVEN_AT, "heure de début": IGNORE,
        "heure de fin": GIVEN_AT, "hora de inicio": IGNORE, "hora de finalización": GIVEN_AT,
        "last modified time": IGNORE, "name": IGNORE, "nom": IGNORE, "nombre": IGNORE, "adresse de messagerie": IGNORE,
        "correo electrónico": IGNORE, "email": IGNORE, "total points": IGNORE, "quiz feedback": IGNORE,
        "language": IGNORE,
    },
)  # fmt: skip
GOOGLE_FORMS = Tool(
    "Google Forms",
    marks=("timestamp", "horodateur", "marca temporal", "отметка времени", "时间戳记", "طابع زمني"),
    columns={
        "timestamp": GIVEN_AT, "horodateur": GIVEN_AT, "marca temporal": GIVEN_AT, "отметка времени": GIVEN_AT,
        "时间戳记": GIVEN_AT, "طابع زمني": GIVEN_AT, "username": IGNORE, "score": IGNORE,
    },
)  # fmt: skip
TABLE = Tool(
    "a table",
    marks=(),
    columns={
        "row_no": IGNORE, "no": IGNORE, "no.": IGNORE, "#": IGNORE, "data_source": KIND, "footnote": FOOTNOTE,
        "transcription_note": NOTE, "source": SOURCE, "response id": ID, "response_id": ID, "uuid": ID,
    },
)  # fmt: skip
TOOLS = (KOBO, ODK, SURVEYMONKEY, LIMESURVEY, MICROSOFT_FORMS, GOOGLE_FORMS)

_KOBO_OWN = re.compile(r"_submission__.*|_{1,2}version_{1,2}\d*", re.DOTALL)
"""Of repeat sheets, what is said of the response again; and the version of the form, once for each that there was."""
_ODK_OWN = re.compile(r"set-of-.*|.*@odata\.navigationlink", re.DOTALL)
_PLACE = re.compile(r"(?:_.+_|.+[-/:.])(?:latitude|longitude|altitude|precision|accuracy)", re.DOTALL)
_SPECIFY = re.compile(
    r"(?:if )?(?:others?|autres?|otros?|otras?|друго[еи]|其他|其它|اخر[ىي])\b.{0,40}"
    r"|(?:please )?(?:specify|precisez|especifique|уточните)\b.{0,20}",
    re.DOTALL,
)
"""Heads the text to "other", folded: pyxform's own "Specify other.", and what forms write, ours among them."""
_SUBQUESTION = re.compile(r"\[\s*(SQ\d+|other|\w+)\s*\]", re.IGNORECASE)


def tool_of(headings: Sequence[str]) -> Tool:
    """Return the tool that wrote a table with these headings; `TABLE` for one that a person made."""
    known = {fold(heading) for heading in headings if heading}
    best, most = TABLE, 0
    for tool in TOOLS:
        found = len({fold(mark) for mark in tool.marks} & known)
        if found >= tool.needed and found > most:
            best, most = tool, found
    if best is TABLE and any(_SUBQUESTION.search(heading) and "]/" not in heading for heading in headings):
        return LIMESURVEY
    return best


def own_column(tool: Tool, heading: str) -> str | None:
    """Return what a heading of the tool itself says of the response, None for one that is a question's."""
    key = fold(heading)
    for columns in (tool.columns, TABLE.columns if tool is TABLE else {}):
        for name, says in columns.items():
            if fold(name) == key:
                return says
    if (tool is KOBO and _KOBO_OWN.fullmatch(key)) or (tool is ODK and _ODK_OWN.fullmatch(key)):
        return IGNORE
    return None


def is_part_of_a_place(tool: Tool, heading: str) -> bool:
    """Return whether a column is a number of a point on the map, as `_place_latitude` or `place-Longitude`."""
    return tool in (KOBO, ODK) and bool(_PLACE.fullmatch(fold(heading)))


def specifies_other(tool: Tool, heading: str) -> bool:
    """Return whether a column is the text to "other", which a tool adds without the name of its question."""
    return tool in (KOBO, ODK) and bool(_SPECIFY.fullmatch(fold(heading).rpartition("/")[2]))
