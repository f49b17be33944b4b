"""Scoring profiles: which one runs use, and that a used one never changes."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching.models import ScoringProfile

DEFAULT_CODE = "default"


def default_profile() -> ScoringProfile:
    """Return the profile that runs use.

    Before the first run there may be none: then an unsaved one with the defaults of DESIGN section 5, so that a page
    that only explains writes nothing; the first run saves it.
    """
    chosen = ScoringProfile.objects.filter(is_default=True).first()
    return chosen or ScoringProfile(code=DEFAULT_CODE, version=1, is_default=True)


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
    # Held, so that two managers who press the button at once get two versions.
    versions = ScoringProfile.objects.select_for_update().filter(code=profile.code).order_by("pk")
    latest = max([profile.version, *versions.values_list("version", flat=True)])
    own = {"id", "version", "is_default", "created_at"}
    kept = {name: value for name, value in model_to_dict(profile).items() if name not in own}
    return ScoringProfile.objects.create(**kept, version=latest + 1)


@transaction.atomic
def make_default(*, profile: ScoringProfile, by: User) -> None:
    """Let the next runs use this profile; raises ValidationError where `by` may not decide that."""
    if not can(by, Action.MANAGE_PROFILES):
        raise ValidationError(_("Only a manager chooses the scoring profile."))
    ScoringProfile.objects.filter(is_default=True).exclude(pk=profile.pk).update(is_default=False)
    ScoringProfile.objects.filter(pk=profile.pk).update(is_default=True)
    profile.is_default = True
