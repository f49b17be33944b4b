"""The first words of the API's schema, the disclaimer among them."""

API_VERSION = "1.1.0"
"""Of the schema; what each version changed is in docs/api/changelog.md."""

TAGS = [
    {"name": name, "description": words}
    for name, words in (
        ("countries", "Countries and territories, with the groups that they belong to on a day."),
        ("groups", "Groups of countries, with their members on a day."),
        ("areas", "Priority areas: what cooperation is about."),
        ("modalities", "Modalities: the forms that cooperation takes."),
        ("agencies", "Agencies, as institutions; no people."),
        ("surveys", "Survey editions from which postings were read."),
        ("offers", "What countries and agencies offer to others of the South."),
        ("needs", "What countries seek from others of the South."),
        ("matches", "Computed fits between needs and offers: no commitment of either side."),
        ("cooperation", "Cooperation that two sides agreed, and to whose publication both consented."),
        ("coverage", "Supply against demand, by area and group of countries, and by area and modality."),
        ("practices", "Good practices and institutional models that agencies share."),
        ("match", "A need or an offer that is given, scored against what is open; nothing of it is stored."),
        ("changes", "What has changed of all these lists, for whoever keeps a copy."),
        ("runs", "Matching runs whose results stand."),
    )
]
"""What each tag of the schema holds; an operation whose tag is not here fails tests/project/api/."""

_DESCRIPTION = """\
What countries of the South offer each other and need, and which of it fits.

**Reading it.** Reference data go by codes (ISO 3166-1 alpha-3, our codes of groups, areas, modalities, agencies,
surveys), postings by number, matches by the numbers of need and offer (`12-34`). Lists hold their rows under
`results`; follow `next` until it is null: rows added meanwhile are neither skipped nor given twice. A parameter or a
value that is not known is refused with 400, and the answer says what is allowed. Errors are `application/problem+json`.
Send an `ETag` back as `If-None-Match` to be told that nothing has changed.

**Who sees what.** Without logging in: what is public. What someone sees on the pages when logged in, the same person
sees here. No contact of a person is in any answer.

**What a match is.** A computed fit, no commitment of either side; shown for information, not endorsed by the United
Nations or the Governments concerned. Without logging in only released fits are seen, as they were released.

**Licence and attribution.** The software is free under BSD-3-Clause. What it serves belongs to those who posted it;
quote it with the name of this portal, the address and day of reading, and the `provenance`, `label` or `disclaimer`
that stands at it. Country names are those of the United Nations, codes those of ISO 3166-1, UN M49, OECD-DAC and IATI.

**Disclaimer.** {disclaimer}

What comes from the 2018 survey comes from an informal, non-exhaustive working document: its postings are read from that
paper and not yet put to the Governments, unless `is_confirmed` says so.
"""

_DISCLAIMER = """\
The names, groupings and data on this portal are given for cooperation only. They express no opinion on the legal status
of any country, territory, city or area, or of its authorities, nor on its frontiers or boundaries."""


def description(*, disclaimer: str) -> str:
    """Return the text, with the owner's disclaimer where there is one; read by the settings, so in English alone."""
    return _DESCRIPTION.replace("{disclaimer}", disclaimer or _DISCLAIMER)


def contact(*, name: str, mailbox: str) -> dict[str, str]:
    """Return whom to ask about the API: the owner, with the public mailbox where there is one."""
    return {"name": name, **({"email": mailbox} if mailbox else {})}
