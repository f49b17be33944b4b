"""What a match keeps of its postings, in SQL that PostgreSQL and SQLite read alike.

It says again, for the database, what `published_q` and `with a country, else an agency` say for queries; a test holds
the two against each other.
"""

from matching.models.fits.listed import FIRST_DAY, LAST_DAY, LISTED, PostingReach
from surveys.choices import PostingStatus, Visibility

_OF_A_POSTING = f"""
    SELECT posting.id AS id,
        CASE
            WHEN posting.status <> '{PostingStatus.PUBLISHED.value}' THEN {PostingReach.NOBODY.value}
            WHEN EXISTS (
                SELECT 1 FROM surveys_countrywindow own_window
                WHERE own_window.paused_at IS NOT NULL
                AND own_window.country_id IN (posting.country_id, agency.country_id)
            ) THEN {PostingReach.OWN.value}
            WHEN posting.visibility = '{Visibility.PUBLIC.value}' THEN {PostingReach.PUBLIC.value}
            WHEN posting.visibility <> '{Visibility.FOCAL_POINTS.value}' THEN {PostingReach.MATCHED.value}
            WHEN posting.facilitating_allowed THEN {PostingReach.FACILITATING.value}
            ELSE {PostingReach.FOCAL_POINTS.value}
        END AS reach,
        COALESCE(country.name, agency.name) AS party,
        COALESCE(posting.opens_on, {{first_day}}) AS opens_on,
        COALESCE(posting.closes_on, {{last_day}}) AS closes_on
    FROM {{table}} posting
    LEFT JOIN directory_agency agency ON agency.id = posting.agency_id
    LEFT JOIN directory_country country ON country.iso3 = COALESCE(posting.country_id, agency.country_id)
"""  # noqa: S608 - constants of ours
_OF_BOTH = f"""
    need.reach, offer.reach,
    CASE
        WHEN need.reach = {PostingReach.PUBLIC.value} AND offer.reach = {PostingReach.PUBLIC.value} THEN {{true}}
        ELSE {{false}}
    END,
    need.party, offer.party,
    CASE WHEN need.opens_on > offer.opens_on THEN need.opens_on ELSE offer.opens_on END,
    CASE WHEN need.closes_on < offer.closes_on THEN need.closes_on ELSE offer.closes_on END
"""

COLUMNS = ", ".join(LISTED)
MATCHES, NEEDS, OFFERS = "matching_match", "surveys_need", "surveys_offer"


class ListedFacts:
    """The SQL of one of the two databases."""

    def __init__(self, vendor: str) -> None:
        is_postgresql = vendor == "postgresql"
        day = "DATE '{}'" if is_postgresql else "'{}'"
        self._words = {
            "first_day": day.format(FIRST_DAY.isoformat()),
            "last_day": day.format(LAST_DAY.isoformat()),
            "true": "true" if is_postgresql else "1",
            "false": "false" if is_postgresql else "0",
        }
        self.differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"

    def of_pair(self, *, need: str, offer: str) -> str:
        """Return a query of the columns, in their order, for the postings that two SQL expressions name."""
        return (
            f"SELECT {_OF_BOTH.format(**self._words)} "  # noqa: S608 - constants of ours
            f"FROM ({self._of(NEEDS)} WHERE posting.id = {need}) need, "
            f"({self._of(OFFERS)} WHERE posting.id = {offer}) offer"
        )

    def of_stored(self, condition: str) -> str:
        """Return a query of the ids of stored matches that keep something else than their postings say.

        condition: on the matches, as "stored". It reads both tables of postings: for many matches.
        """
        listed = [f"stored.{name}" for name in LISTED]
        differ = " OR ".join(
            f"{kept} {self.differs} {now}" for kept, now in zip(listed, self._expressions(), strict=True)
        )
        return (
            f"SELECT stored.id FROM {MATCHES} stored "  # noqa: S608 - constants of ours
            f"JOIN ({self._of(NEEDS)}) need ON need.id = stored.need_id "
            f"JOIN ({self._of(OFFERS)}) offer ON offer.id = stored.offer_id "
            f"WHERE ({differ}) AND ({condition})"
        )

    def of_few(self, ids: str) -> str:
        """Return the same query of the matches with these ids: their postings alone are read, one by one."""
        kept = ", ".join(f"stored.{name}" for name in LISTED)
        now = self.of_pair(need="stored.need_id", offer="stored.offer_id")
        return f"SELECT stored.id FROM {MATCHES} stored WHERE stored.id IN ({ids}) AND NOT (({kept}) = ({now}))"  # noqa: S608

    def _expressions(self) -> list[str]:
        """Return the columns of `_OF_BOTH`, one by one: no comma stands inside one."""
        return [one.strip() for one in _OF_BOTH.format(**self._words).split(",")]

    def _of(self, table: str) -> str:
        return _OF_A_POSTING.format(table=table, **self._words)
