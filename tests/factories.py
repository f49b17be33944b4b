"""Makes rows for tests: one factory a noun, and one more for each state that tests ask for.

Reference rows are known by their code and taken where they are there already, so a test may load the real
reference data or not. Give areas and modalities as codes or as objects: `PublishedNeedFactory(areas=["energy"])`.
"""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar

import factory
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.db.models import Model, QuerySet
from django.db.models.signals import post_save
from django.utils import timezone
from factory.django import DjangoModelFactory

from directory.choices import SECRETARIAT_ROLES, AgencyKind, AreaUse, DesignationKind, GroupLevel, KeyScope, Role
from directory.keys.making import LONGEST
from directory.keys.secret import digest_of, new_secret, public_part_of
from directory.models import (
    Affiliation,
    Agency,
    ApiKey,
    Country,
    CountryGroup,
    Designation,
    GroupMembership,
    Modality,
    PriorityArea,
    User,
)
from matching.choices import DECIDED, OPTIONS_DECIDED, MatchStatus, OptionStatus, RunState, Word
from matching.life.steps import LIVES
from matching.models import Match, MatchRun, MatchSide, Outcome, ScoringProfile, TriangularOption
from matching.runs.running import run_matching
from practices.choices import PracticeStatus
from practices.models import Practice
from practices.searching.documents import write_documents_of
from surveys.choices import PlaceKind, PostingStatus, ResponseKind
from surveys.models import Need, Offer, PreferredPartner, Response, Survey, Target
from surveys.searching.documents import on_postings_changed
from tests.places import COUNTRIES

TOTP_SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "only for tests: seven ducks"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_hashes: dict[str, str] = {}

Row = TypeVar("Row", bound=Model)


def password_hash() -> str:
    """The hash of PASSWORD, worked out once: Argon2 is slow on purpose."""
    if PASSWORD not in _hashes:
        _hashes[PASSWORD] = make_password(PASSWORD)
    return _hashes[PASSWORD]


def _number_as_code(number: int, *, length: int) -> str:
    code = ""
    for _place in range(length):
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code


def _known(iso3: str, field: int, otherwise: str) -> str:
    return COUNTRIES[iso3][field] if iso3 in COUNTRIES else otherwise


class _WithoutHistory(DjangoModelFactory[Row]):
    """Makes rows that had no life before the test: a row of history for each was a seventh of the tests' time."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Row], *args: Any, **values: Any) -> Row:
        model_class.skip_history_when_saving = True  # type: ignore[attr-defined]
        try:
            return super()._create(model_class, *args, **values)
        finally:
            # Of two threads that make rows of one kind at once, the first to end takes it away.
            with suppress(AttributeError):
                del model_class.skip_history_when_saving  # type: ignore[attr-defined]


class CountryFactory(_WithoutHistory[Country]):
    """A listed country; `CountryFactory(iso3="THA")` carries its true name and codes."""

    class Meta:
        model = Country
        django_get_or_create = ("iso3",)

    class Params:
        # Digits first: no code of ISO 3166 or M49 looks like that.
        number = factory.Sequence(lambda n: n)

    iso3 = factory.LazyAttribute(lambda o: "9" + _number_as_code(o.number, length=2))
    iso2 = factory.LazyAttribute(lambda o: _known(o.iso3, 0, _number_as_code(o.number % 360, length=2)))
    m49 = factory.LazyAttribute(lambda o: _known(o.iso3, 1, "X" + _number_as_code(o.number, length=2)))
    name = factory.LazyAttribute(lambda o: _known(o.iso3, 2, f"Country {o.iso3}"))
    is_listed = True


class CountryGroupFactory(_WithoutHistory[CountryGroup]):
    """A regional organisation, unless another level is given."""

    class Meta:
        model = CountryGroup
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"GROUP{n}")
    label = factory.LazyAttribute(lambda o: f"Group {o.code}")
    level = GroupLevel.ORGANISATION


class GroupMembershipFactory(_WithoutHistory[GroupMembership]):
    """A membership without beginning or end."""

    class Meta:
        model = GroupMembership

    group = factory.SubFactory(CountryGroupFactory)
    country = factory.SubFactory(CountryFactory)


class AreaFactory(_WithoutHistory[PriorityArea]):
    """A scored area."""

    class Meta:
        model = PriorityArea
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"area-{n}")
    label = factory.LazyAttribute(lambda o: o.code.replace("-", " ").capitalize())
    use = AreaUse.AREA


class ModalityFactory(_WithoutHistory[Modality]):
    """A modality."""

    class Meta:
        model = Modality
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"modality-{n}")
    label = factory.LazyAttribute(lambda o: o.code.replace("-", " ").capitalize())


class AgencyFactory(_WithoutHistory[Agency]):
    """A national cooperation agency of some country."""

    class Meta:
        model = Agency
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"agency-{n}")
    name = factory.LazyAttribute(lambda o: f"Test {o.code.replace('-', ' ')}")
    kind = AgencyKind.NATIONAL_AGENCY
    country = factory.SubFactory(CountryFactory)


class SecretariatFactory(AgencyFactory):
    """The secretariat of this portal."""

    code = "secretariat"
    name = "Secretariat"
    kind = AgencyKind.SECRETARIAT
    country = None


class AffiliationFactory(_WithoutHistory[Affiliation]):
    """Somebody serves an agency; `UserFactory(role=…)` makes one with what goes with the role."""

    class Meta:
        model = Affiliation


class DesignationFactory(_WithoutHistory[Designation]):
    """A note verbale in force, of a made-up ministry."""

    class Meta:
        model = Designation

    kind = DesignationKind.NOTE_VERBALE
    reference = factory.Sequence(lambda n: f"TEST/{n}")
    dated = dt.date(2026, 1, 10)
    ministry = "Test Ministry"


class UserFactory(DjangoModelFactory[User]):
    """A person with PASSWORD; with `role=` (and `agency=`) also with an affiliation."""

    class Meta:
        model = User
        django_get_or_create = ("email",)
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    full_name = factory.LazyAttribute(lambda o: o.email.split("@")[0].replace("-", " ").title())
    password = factory.LazyFunction(password_hash)

    @factory.post_generation
    def role(
        self: User,
        create: bool,
        role: Role | None,
        agency: Agency | None = None,
        second_factor: bool = True,
        designated: bool = True,
    ) -> None:
        """Give `role=Role.REVIEWER`, and `role__agency=…` for any but the secretariat's roles.

        The secretariat's people have a second factor, unless `role__second_factor=False`; the others a designation,
        unless `role__designated=False`.
        """
        if role is None:
            return
        if agency is None:
            agency = SecretariatFactory() if role in SECRETARIAT_ROLES else AgencyFactory()
        affiliation = AffiliationFactory(user=self, agency=agency, role=role)
        if role in SECRETARIAT_ROLES and second_factor:
            TOTP.activate(self, TOTP_SECRET)
        elif role in (Role.FOCAL_POINT, Role.COORDINATOR) and designated:
            DesignationFactory(affiliation=affiliation)


class ApiKeyFactory(_WithoutHistory[ApiKey]):
    """A key in force that reads what is public; the key made has its `secret`, as nobody else ever has.

    `ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS], agency=…)`: a designated focal point of the agency answers for it,
    unless another person is given as `accountable`.
    """

    class Meta:
        model = ApiKey

    agency = factory.SubFactory(AgencyFactory)
    name = factory.Sequence(lambda n: f"Key {n}")
    scopes = factory.LazyFunction(lambda: [KeyScope.READ_PUBLIC])
    accountable = factory.LazyAttribute(lambda o: UserFactory(role=Role.FOCAL_POINT, role__agency=o.agency))
    made_by = factory.SelfAttribute("accountable")
    expires_on = factory.LazyFunction(lambda: timezone.now().date() + LONGEST)

    @classmethod
    def _create(cls, model_class: type[ApiKey], *args: Any, **values: Any) -> ApiKey:
        secret = values.pop("secret", None) or new_secret()
        values |= {"digest": digest_of(secret), "public_part": public_part_of(secret)}
        values["scopes"] = [str(scope) for scope in values["scopes"]]
        key = super()._create(model_class, *args, **values)
        key.secret = secret  # type: ignore[attr-defined]
        return key


class SurveyFactory(_WithoutHistory[Survey]):
    """A public edition."""

    class Meta:
        model = Survey
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"survey-{n}")
    title = factory.LazyAttribute(lambda o: f"Survey {o.code}")
    stated_on = dt.date(2018, 6, 27)
    is_public = True


class ResponseFactory(_WithoutHistory[Response]):
    """A row that a country answered."""

    class Meta:
        model = Response

    survey = factory.SubFactory(SurveyFactory)
    country = factory.SubFactory(CountryFactory)
    key = factory.LazyAttribute(lambda o: o.country.iso3)
    as_printed = factory.LazyAttribute(lambda o: {"Country": o.country.name})
    kind = ResponseKind.ANSWERED


def _rows(maker: type[DjangoModelFactory[Any]], given: Iterable[str | Model]) -> list[Model]:
    return [maker(code=row) if isinstance(row, str) else row for row in given]


class _PostingFactory(DjangoModelFactory[Any]):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Posting {n}")
    country = factory.SubFactory(CountryFactory)
    stated_on = dt.date(2018, 6, 27)

    @classmethod
    def _create(cls, model_class: type[Any], *args: Any, **values: Any) -> Any:
        """Save without the row of history that a signal writes; with areas and modalities there would be three."""
        posting = model_class(*args, **values)
        posting.skip_history_when_saving = True
        posting.save(force_insert=True)
        return posting

    @classmethod
    def _after_postgeneration(cls, instance: Any, create: bool, results: Any = None) -> None:
        """Write one row of history with the areas and modalities in it, and what it is found by, as the portal does."""
        if not create:
            return
        del instance.skip_history_when_saving
        post_save.send(type(instance), instance=instance, created=True, using="default", raw=False, update_fields=None)
        on_postings_changed(type(instance), [instance.pk])

    @factory.post_generation
    def areas(self: Any, create: bool, given: Iterable[str | PriorityArea] | None) -> None:
        """Add the areas given, as codes or objects; a published posting without any gets one."""
        if given is None:
            given = ["energy"] if self.status == PostingStatus.PUBLISHED else []
        if rows := _rows(AreaFactory, given):
            self.areas.add(*rows)

    @factory.post_generation
    def modalities(self: Any, create: bool, given: Iterable[str | Modality] | None) -> None:
        """Add the modalities given, as codes or objects; a published posting without any gets one."""
        if given is None:
            given = ["training"] if self.status == PostingStatus.PUBLISHED else []
        if rows := _rows(ModalityFactory, given):
            self.modalities.add(*rows)


class OfferFactory(_PostingFactory):
    """A draft offer of a country; nobody but its owner and the secretariat sees it."""

    class Meta:
        model = Offer

    title = factory.Sequence(lambda n: f"Offer {n}")


class PublishedOfferFactory(OfferFactory):
    """An offer that everyone sees: open to the whole South, not confirmed; energy, training."""

    status = PostingStatus.PUBLISHED


class ConfirmedOfferFactory(PublishedOfferFactory):
    """A published offer that its own agency vouched for."""

    confirmed_on = dt.date(2026, 1, 15)


class NeedFactory(_PostingFactory):
    """A draft need of a country."""

    class Meta:
        model = Need

    title = factory.Sequence(lambda n: f"Need {n}")


class PublishedNeedFactory(NeedFactory):
    """A need that everyone sees, not confirmed; energy, training."""

    status = PostingStatus.PUBLISHED


class ConfirmedNeedFactory(PublishedNeedFactory):
    """A published need that its own agency vouched for."""

    confirmed_on = dt.date(2026, 1, 15)


class PracticeFactory(DjangoModelFactory[Practice]):
    """A draft of an agency's practice, complete: energy; nobody but its agency and the secretariat sees it."""

    class Meta:
        model = Practice
        skip_postgeneration_save = True

    agency = factory.SubFactory(AgencyFactory)
    title = factory.Sequence(lambda n: f"Practice {n}")
    text = "What was done, and how."

    @classmethod
    def _create(cls, model_class: type[Any], *args: Any, **values: Any) -> Any:
        """Save without the rows of history that signals write."""
        practice = model_class(*args, **values)
        practice.skip_history_when_saving = True
        practice.save(force_insert=True)
        return practice

    @classmethod
    def _after_postgeneration(cls, instance: Any, create: bool, results: Any = None) -> None:
        """Write one row of history, and what searches find it by, as the portal does."""
        if not create:
            return
        del instance.skip_history_when_saving
        post_save.send(type(instance), instance=instance, created=True, using="default", raw=False, update_fields=None)
        write_documents_of([instance.pk])

    @factory.post_generation
    def areas(self: Any, create: bool, given: Iterable[str | PriorityArea] | None) -> None:
        """Add the areas given, as codes or objects; without any, one."""
        self.areas.add(*_rows(AreaFactory, ["energy"] if given is None else given))

    @factory.post_generation
    def modalities(self: Any, create: bool, given: Iterable[str | Modality] | None) -> None:
        """Add the modalities given, as codes or objects."""
        self.modalities.add(*_rows(ModalityFactory, given or []))

    @factory.post_generation
    def countries(self: Any, create: bool, given: Iterable[Country] | None) -> None:
        """Add the countries given."""
        self.countries.add(*(given or []))

    @factory.post_generation
    def partners(self: Any, create: bool, given: Iterable[Agency] | None) -> None:
        """Add the agencies given."""
        self.partners.add(*(given or []))

    @factory.post_generation
    def offers(self: Any, create: bool, given: Iterable[Offer] | None) -> None:
        """Add the offers given."""
        self.offers.add(*(given or []))


class SubmittedPracticeFactory(PracticeFactory):
    """A practice that waits for the secretariat."""

    status = PracticeStatus.SUBMITTED
    submitted_at = factory.LazyFunction(timezone.now)


class PublishedPracticeFactory(SubmittedPracticeFactory):
    """A practice that everyone sees."""

    status = PracticeStatus.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


def _kind_of(place: Any) -> PlaceKind:
    if place.country is not None:
        return PlaceKind.COUNTRY
    return PlaceKind.GROUP if place.group is not None else PlaceKind.UNRESOLVED


class TargetFactory(_WithoutHistory[Target]):
    """Whom an offer is for: give `country=`, `group=`, or neither for an unresolved token."""

    class Meta:
        model = Target

    offer = factory.SubFactory(PublishedOfferFactory)
    country = None
    group = None
    kind = factory.LazyAttribute(_kind_of)
    as_printed = factory.LazyAttribute(lambda o: str(o.country or o.group or "Other neighbouring countries"))


class PreferredPartnerFactory(_WithoutHistory[PreferredPartner]):
    """With whom a need would rather work: give `country=`, `group=`, or neither."""

    class Meta:
        model = PreferredPartner

    need = factory.SubFactory(PublishedNeedFactory)
    country = None
    group = None
    kind = factory.LazyAttribute(_kind_of)
    as_printed = factory.LazyAttribute(lambda o: str(o.country or o.group or "Korea"))


GOOD_FROM, STRONG_FROM = 500_000, 700_000


class ScoringProfileFactory(DjangoModelFactory[ScoringProfile]):
    """The weights of before there was a topic, easy to work with by hand; used by runs unless another is already."""

    class Meta:
        model = ScoringProfile
        django_get_or_create = ("code", "version")

    code = "default"
    version = 1
    weight_areas, weight_modalities, weight_region, weight_topic = 45, 25, 30, 0
    unstated_modalities = unstated_topic = 0
    min_score, good_from, strong_from = 350_000, GOOD_FROM, STRONG_FROM
    is_default = factory.LazyFunction(lambda: not ScoringProfile.objects.filter(is_default=True).exists())


class MatchRunFactory(DjangoModelFactory[MatchRun]):
    """A finished run for today."""

    class Meta:
        model = MatchRun

    profile = factory.SubFactory(ScoringProfileFactory)
    on = factory.LazyFunction(lambda: timezone.now().date())
    state = RunState.FINISHED
    engine_version = "test"
    counts = factory.LazyFunction(lambda: {"needs": 1, "offers": 1, "stored": 1})
    done = of = 1
    finished_at = factory.LazyFunction(timezone.now)


def _first_place(row: Any) -> int | None:
    return 1 if row.status == MatchStatus.SUGGESTED else None


def _something_decided(row: Any) -> dict[str, Any] | None:
    return {} if row.status in DECIDED | OPTIONS_DECIDED else None


def word_of(score: int) -> Word:
    """The word of a fit that the factories' profile gives a pair whose texts say nothing."""
    if score >= STRONG_FROM:
        return Word.STRONG
    return Word.GOOD if score >= GOOD_FROM else Word.PARTIAL


class _ShownFactory(DjangoModelFactory[Any]):
    """A row that shows others its own figures, unless it has lapsed."""

    class Meta:
        abstract = True

    word = factory.LazyAttribute(lambda row: word_of(row.score))
    is_shown = factory.LazyAttribute(lambda row: row.status != MatchStatus.LAPSED)
    shown_score = factory.SelfAttribute("score")
    shown_word = factory.SelfAttribute("word")
    shown_part_areas = factory.SelfAttribute("part_areas")
    shown_part_modalities = factory.SelfAttribute("part_modalities")
    shown_part_region = factory.SelfAttribute("part_region")
    shown_part_topic = factory.LazyAttribute(lambda row: getattr(row, "part_topic", 0))
    shown_by = factory.SelfAttribute("profile")
    shown_since = factory.LazyFunction(timezone.now)
    shown_changed_at = factory.LazyFunction(timezone.now)


class MatchFactory(_ShownFactory):
    """A suggested match of two public postings: 0.45 + 0.25 + 0.12, a strong fit."""

    class Meta:
        model = Match

    need = factory.SubFactory(PublishedNeedFactory)
    offer = factory.SubFactory(PublishedOfferFactory)
    status = MatchStatus.SUGGESTED
    part_areas = 450_000
    part_modalities = 250_000
    part_region = 120_000
    score = factory.LazyAttribute(lambda o: o.part_areas + o.part_modalities + o.part_region)
    rank_for_need = factory.LazyAttribute(_first_place)
    rank_for_offer = factory.LazyAttribute(_first_place)
    decided_on = factory.LazyAttribute(_something_decided)
    profile = factory.SubFactory(ScoringProfileFactory)
    run = factory.SubFactory(MatchRunFactory, profile=factory.SelfAttribute("..profile"))


class TriangularOptionFactory(_ShownFactory):
    """A suggested option of three public postings: 0.45 + 0.25 + 0.12, a strong fit."""

    class Meta:
        model = TriangularOption

    need = factory.SubFactory(PublishedNeedFactory, facilitating_allowed=True)
    pivotal_offer = factory.SubFactory(PublishedOfferFactory, facilitating_allowed=True)
    facilitating_offer = factory.SubFactory(PublishedOfferFactory, facilitating_allowed=True)
    status = OptionStatus.SUGGESTED
    part_areas = 450_000
    part_modalities = 250_000
    part_region = 120_000
    score = factory.LazyAttribute(lambda o: o.part_areas + o.part_modalities + o.part_region)
    rank = factory.LazyAttribute(_first_place)
    decided_on = factory.LazyAttribute(_something_decided)
    profile = factory.SubFactory(ScoringProfileFactory)
    run = factory.SubFactory(MatchRunFactory, profile=factory.SelfAttribute("..profile"))


def put_in(status: MatchStatus | OptionStatus, rows: Match | TriangularOption | QuerySet[Any], **values: Any) -> None:
    """Put a match or an option, or all of a query, into a state, with what goes with it; no step is taken.

    A row that was given is read anew.
    """
    found = rows if isinstance(rows, QuerySet) else type(rows)._default_manager.filter(pk=rows.pk)
    life = LIVES[found.model]
    if status == MatchStatus.SUGGESTED:
        values = {**values, **dict.fromkeys(life.decision)}
    else:
        values = {**values, **dict.fromkeys(life.places)}
    if status in DECIDED | OPTIONS_DECIDED:
        values.setdefault("decided_on", {})
    found.update(status=status, **values)
    if isinstance(rows, Model):
        rows.refresh_from_db()


def show_others(match: Match, *, areas: int, modalities: int, region: int) -> None:
    """Let others be shown these contributions, in millionths; what the secretariat sees stays."""
    Match.objects.filter(pk=match.pk).update(
        shown_score=areas + modalities + region,
        shown_word=word_of(areas + modalities + region),
        shown_part_areas=areas,
        shown_part_modalities=modalities,
        shown_part_region=region,
        shown_changed_at=timezone.now(),
    )


def frozen(matches: QuerySet[Match]) -> list[dict[str, Any]]:
    """All that is stored of matches, but for what others see of them: of decided ones no run changes any of it."""
    return [
        {name: value for name, value in row.items() if "shown" not in name}
        for row in matches.order_by("need", "offer").values()
    ]


def suggested_match() -> Match:
    """A suggestion of a confirmed Cambodian need and a Thai offer that names Cambodia; someone speaks for each."""
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3="THA"))
    TargetFactory(offer=offer, country=need.country)
    run_matching()
    speaker_for(need)
    speaker_for(offer)
    return Match.objects.get(need=need, offer=offer)


def confirmed(match: Match) -> Match:
    """Have both postings confirmed: what a survey read of a country is released to nobody until then."""
    for posting in (match.need, match.offer):
        type(posting).objects.filter(pk=posting.pk).update(confirmed_on=dt.date(2026, 1, 15))
    return Match.objects.get(pk=match.pk)


def agreed_cooperation(user: User, *, consents: bool = True, confirmed: bool = True, **outcome: Any) -> Match:
    """A completed match that both sides have consented to publish, with its outcome confirmed by both."""
    match = MatchFactory(
        need=PublishedNeedFactory(title="Flood maps", country=CountryFactory(iso3="KHM"), text="The text of the need"),
        offer=PublishedOfferFactory(title="Radar", country=CountryFactory(iso3="THA"), contact="Room 5"),
        status=MatchStatus.COMPLETED,
    )
    said = {
        "asked_at": timezone.now(),
        "consent_at": timezone.now() if consents else None,
        "outcome_confirmed_at": timezone.now() if confirmed else None,
    }
    for side in ("need", "offer"):
        MatchSide.objects.create(match=match, side=side, **said)
    Outcome.objects.create(
        match=match, recorded_by=user, agreed_on=dt.date(2026, 3, 1), women_trained=12, men_trained=8,
        value="1200.50", value_currency="USD", what_changed="Maps of two provinces", **outcome,
    )  # fmt: skip
    return match


def explanation_of(match: Any) -> dict[str, Any]:
    """The explanation of a match as `matching.scoring.explanation.explain` writes it, made up from its own figures."""
    parts = {
        "areas": (45, match.part_areas),
        "modalities": (25, match.part_modalities),
        "region": (30, match.part_region),
    }
    return {
        "need": match.need.pk,
        "offer": match.offer.pk,
        "on": "2026-11-25",
        "profile": {"code": match.profile.code, "version": match.profile.version},
        "engine_version": "test",
        "gates": [],
        "score": match.score,
        "fit": Word(match.word).fit.value,
        "overlap": match.score,
        "criteria": [
            {
                "code": code,
                "weight": weight,
                "total_weight": 100,
                "numerator": part,
                "denominator": weight * 10_000,
                "contribution": part,
                "is_comparable": True,
            }
            for code, (weight, part) in parts.items()
        ],
        "areas": {"shared": ["energy"], "related": [], "missing": [], "extra": []},
        "modalities": {
            "shared": ["training"],
            "missing": [],
            "extra": [],
            "need_states_none": False,
            "offer_states_none": False,
        },
        "region": {
            "level": 40,
            "routes": [
                {
                    "kind": "open",
                    "group": None,
                    "level_code": "open",
                    "percent": 40,
                    "shares_sub_region": False,
                    "left_on": None,
                }
            ],
            "preference": None,
        },
        "not_stated": ["need.dates", "offer.dates", "offer.places", "offer.targets"],
    }


class ReleasedMatchFactory(MatchFactory):
    """A fit that a reviewer released, with the explanation frozen."""

    released_at = factory.LazyFunction(timezone.now)
    released_score = factory.SelfAttribute("score")
    released_word = factory.SelfAttribute("word")
    released_as = factory.LazyAttribute(explanation_of)


def totp_code(secret: str = TOTP_SECRET) -> str:
    """The code that an authenticator with this secret shows now."""
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counter))


def speaker_for(posting: Offer | Need) -> User:
    """A designated focal point who speaks for the posting: a proposal needs one on each side."""
    code = f"agency-of-{str(posting.country_id).lower()}"
    agency = posting.agency or AgencyFactory(code=code, country=posting.posting_country)
    email = f"speaker-{agency.code}@example.org"
    known = User.objects.filter(email=email).first()
    person: User = known or UserFactory(email=email, role=Role.FOCAL_POINT, role__agency=agency)
    return person
