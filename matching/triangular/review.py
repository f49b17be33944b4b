"""What reviewers do with a triangular option: propose, set aside, take back; as with a match."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import User
from matching.choices import OptionEventKind
from matching.life.steps import ReviewRefused, check_open, check_reviewer, take_option_step
from matching.models import TriangularEvent, TriangularOption
from matching.models.triangular.option import POSTINGS
from matching.scoring.explanation import Explanation
from matching.triangular.explanation import explain_options
from matching.triangular.mails import tell_sides
from matching.triangular.reasons import closed_words


@transaction.atomic
def propose(*, option: TriangularOption, by: User, note: str = "") -> TriangularEvent:
    """Put a suggestion to the three sides as an option; only where all three are confirmed, and they fit today."""
    option = _begin(option, OptionEventKind.PROPOSED, by=by, note=note)
    check_confirmed(option)
    explanation = _explained(option)
    check_stands(explanation)
    event = take_option_step(
        option, OptionEventKind.PROPOSED, by=by, note=note, decided_on=_as_decided(option, explanation)
    )
    tell_sides(option, event)
    return event


@transaction.atomic
def set_aside(*, option: TriangularOption, by: User, note: str = "") -> TriangularEvent:
    """Decide that a suggestion is not pursued; it keeps what it was decided on, and no run suggests it again."""
    option = _begin(option, OptionEventKind.SET_ASIDE, by=by, note=note)
    decided_on = _as_decided(option, _explained(option))
    return take_option_step(option, OptionEventKind.SET_ASIDE, by=by, note=note, decided_on=decided_on)


@transaction.atomic
def take_back(*, option: TriangularOption, by: User, note: str) -> TriangularEvent:
    """Return an option to the suggestions, scored as of today; the note says why."""
    option = _begin(option, OptionEventKind.TAKEN_BACK, by=by, note=note)
    if not note.strip():
        raise ReviewRefused(_("Say in a note why the option is taken back."))
    explanation = _explained(option)
    check_stands(explanation)
    contributions = {f"part_{part['code']}": part["contribution"] for part in explanation["criteria"]}
    return take_option_step(
        option,
        OptionEventKind.TAKEN_BACK,
        by=by,
        note=note,
        scored_at=timezone.now(),
        score=explanation["score"],
        is_triple_south=explanation["is_triple_south"],
        **contributions,
    )


def check_confirmed(option: TriangularOption) -> None:
    """Raise ReviewRefused where one of the three postings is not confirmed."""
    for name in POSTINGS:
        posting = getattr(option, name)
        if not posting.is_confirmed:
            raise ReviewRefused(
                _("Only confirmed postings can be proposed; “%(posting)s” is not confirmed yet.") % {"posting": posting}
                if posting.posting_country
                else _("Only confirmed postings can be proposed; “%(posting)s” is not confirmed by its agency.")
                % {"posting": posting}
            )


def check_stands(explanation: Explanation) -> None:
    """Raise ReviewRefused where the three are no option today."""
    if explanation["closed_by"]:
        reasons = " ".join(sentence for _name, sentence in closed_words(explanation))
        raise ReviewRefused(_("The three are no option today: %(reasons)s") % {"reasons": reasons})


def obstacle(kind: OptionEventKind, *, option: TriangularOption, today: Explanation) -> str:
    """Return why the step cannot be taken on the option as given, for people; empty where it can.

    It runs no query on an option that was read `for_lists()`; the step itself reads everything again.
    """
    try:
        check_open(option, kind)
        if kind == OptionEventKind.PROPOSED:
            check_confirmed(option)
        if kind != OptionEventKind.SET_ASIDE:
            check_stands(today)
    except ReviewRefused as refusal:
        return str(refusal)
    return ""


def _begin(option: TriangularOption, kind: OptionEventKind, *, by: User, note: str) -> TriangularOption:
    """Return the option as it stands now, held until the transaction ends.

    Raises ReviewRefused where the person may not review, and where the step is not open.
    """
    check_reviewer(by, note)
    TriangularOption.objects.select_for_update(of=("self",)).get(pk=option.pk)
    held = TriangularOption.objects.for_lists().get(pk=option.pk)
    check_open(held, kind)
    return held


def _explained(option: TriangularOption) -> Explanation:
    """Return today's explanation by the profile that scored the option."""
    return explain_options([option], profile=option.profile)[0]


def _as_decided(option: TriangularOption, explanation: Explanation) -> Explanation:
    """Return what the option is decided on, with the score that the reviewer saw, even where a run is overdue."""
    codes = [part["code"] for part in explanation["criteria"]]
    stored = {"score": option.score, **{code: getattr(option, f"part_{code}") for code in codes}}
    return {**explanation, "stored": stored}
