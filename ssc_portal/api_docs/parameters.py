"""What each parameter of the API means, in more words than the label that it has in a form."""

from typing import Any

Schema = dict[str, Any]

WORDS = {
    "country": "Of this country or territory: the posting's own country, else its agency's; of a match either side.",
    "agency": "Of this agency.",
    "group": "Of a country that is a member of this group today.",
    "area": "In this priority area; several are taken as any of them.",
    "modality": "In this modality; several are taken as any of them.",
    "survey": "Read from this survey edition.",
    "target": "Naming this group as a target.",
    "reaches": "Open to this country today: by name, through a group, or to all that take part; not its own offers.",
    "is_open": "`true`: open today by its dates; `false`: not; without it, both.",
    "is_confirmed": "`true`: the country's own agency vouched for it; `false`: not; without it, both.",
    "updated_since": "Shown or changed since this day (from 00:00 UTC) or moment (with its offset from UTC).",
    "with_postings": "`true`: with open offers or needs that the reader may see; `false`: without.",
    "fit": "Whose overlap of what both sides state is this word.",
    "kind": "Of this kind.",
    "q": "Words to look for: all of them, in any order, whatever case and accents.",
    "ordering": "The order of the rows; a leading minus turns it round. Rows without a value come last.",
}
"""A parameter that is not here keeps the words of its filter."""


COMPONENTS = {"ChangedRow": "A row of one of the lists, as that list gives it."}
"""Of components that no docstring describes."""


def describe_components(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Give those components their words: a drf-spectacular post-processing hook."""
    for name, words in COMPONENTS.items():
        result["components"]["schemas"][name]["description"] = words
    return result


def describe_parameters(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Give the parameters in queries their words: a drf-spectacular post-processing hook."""
    for item in result.get("paths", {}).values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query" and parameter["name"] in WORDS:
                    parameter["description"] = WORDS[parameter["name"]]
    return result
