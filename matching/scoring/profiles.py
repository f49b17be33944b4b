"""Scoring profiles: which one runs use, and that a used one never changes."""

import copy

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching.models import ScoringProfile
from matching.models.by_criterion import WEIGHTS

DEFAULT_CODE = "default"


def default_profile() -> ScoringProfile:
    """Return the profile that runs use.

    Before the first run there may be none: then an unsaved one with the defaults of docs/matching.md, so that a page
    that only explains writes nothing; the first run saves it.
    """
    chosen = ScoringProfile.objects.filter(is_default=True).first()
    return chosen or ScoringProfile(code=DEFAULT_CODE, version=1, is_default=True)


def gates_only(profile: ScoringProfile) -> ScoringProfile:
    """Return the profile, unsaved, for whom only the gates count: they ask for no weight, and no text has to be read.

    What it scores are the areas alone, for an engine that scores by nothing is none.
    """
    alone = copy.copy(profile)
    for name in WEIGHTS:
        setattr(alone, name, 0)
    alone.weight_areas = 100
    return alone


def is_used(profile: ScoringProfile) -> bool:
    """Return whether a run has scored by the profile: then it is immutable, and a change is a new version."""
    return profile.pk is not None and profile.runs.exists()


@transaction.atomic
def new_version(*, profile: ScoringProfile, by: User) -> ScoringProfile:
    """Save a copy of the profile as the next version of its code, not used by any run yet, and return it.

    Raises ValidationError where `by` may not decide that.
    """
    if not can(by, Action.MANAGE_PROFILES):
        raise ValidationError(_("Only a manager makes scoring profiles."))
    _hold()
    versions = ScoringProfile.objects.filter(code=profile.code)
    latest = max([profile.version, *versions.values_list("version", flat=True)])
    own = {"id", "version", "is_default", "created_at"}
    kept = {name: value for name, value in model_to_dict(profile).items() if name not in own}
    return ScoringProfile.objects.create(**kept, version=latest + 1)


@transaction.atomic
def make_default(*, profile: ScoringProfile, by: User) -> None:
    """Let the next runs use this profile.

    Raises ValidationError where `by` may not decide that, or where the weights do not sum to 100: as long as no run
    has scored by it, they can still be put right.
    """
    if not can(by, Action.MANAGE_PROFILES):
        raise ValidationError(_("Only a manager chooses the scoring profile."))
    _hold()
    if not is_used(profile):
        profile.clean()
    ScoringProfile.objects.filter(is_default=True).exclude(pk=profile.pk).update(is_default=False)
    ScoringProfile.objects.filter(pk=profile.pk).update(is_default=True)
    profile.is_default = True


@transaction.atomic
def activate(*, profile: ScoringProfile, by: User) -> ScoringProfile | None:
    """Let the next runs use these figures; return the version that holds them.

    `profile` need not be saved: its code and its figures count. They become a new version of that code, unless
    `profile` is a stored version that still has just these figures. None where the profile in use has them already:
    then nothing is written. Two managers who activate at once get two versions, and the later one counts.

    Raises ValidationError where `by` may not decide that, or where the weights of a new version do not sum to 100.
    """
    if not can(by, Action.MANAGE_PROFILES):
        raise ValidationError(_("Only a manager chooses the scoring profile."))
    _hold()
    if profile.figures == default_profile().figures:
        return None
    stored = ScoringProfile.objects.filter(pk=profile.pk).first()
    if stored is None or stored.figures != profile.figures:
        profile.clean()
        stored = new_version(profile=profile, by=by)
    make_default(profile=stored, by=by)
    return stored


def _hold() -> None:
    """Let others who make or choose a profile wait until the transaction ends; what they then read is what stands.

    All rows are held, whatever their code: only one can be in use.
    """
    list(ScoringProfile.objects.select_for_update().order_by("pk").values_list("pk"))
