"""The first words of the API's schema, the disclaimer among them."""

DESCRIPTION = """\
What countries of the South offer each other and need, and which of it fits.

**Reading it.** Reference data go by codes (ISO 3166-1 alpha-3, our codes of groups, areas, modalities, agencies,
surveys), postings by number, matches by the numbers of need and offer (`12-34`). Lists hold their rows under
`results`; follow `next` until it is null: rows added meanwhile are neither skipped nor given twice. A parameter or a
value that is not known is refused with 400, and the answer says what is allowed. Errors are `application/problem+json`.
Send an `ETag` back as `If-None-Match` to be told that nothing has changed.

**Who sees what.** Without logging in: what is public. What someone sees on the pages when logged in, the same person
sees here. No contact of a person is in any answer.

**What a match is.** A computed fit, no commitment of either side. Without logging in only released fits are seen, as
they were released.

**Disclaimer.** The names, groupings and data given here are for cooperation only. They express no opinion on the legal
status of any country, territory, city or area, or of its authorities, nor on its frontiers or boundaries.

What comes from the 2018 survey comes from an informal, non-exhaustive working document: its postings are read from that
paper and not confirmed by the Governments, unless `is_confirmed` says so.
"""
