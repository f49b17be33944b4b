"""Give each row the word that it has been shown with: by its score, and the bounds of the profile that scored it.

Parted from the constraints that follow: PostgreSQL changes no table in which a transaction has rows to check still.
"""

from django.db import migrations
from django.db.models import Case, F, OuterRef, Subquery, When

PARTIAL, GOOD, STRONG = 0, 1, 2
NUMBERS = {"partial": PARTIAL, "good": GOOD, "strong": STRONG}


def give_words(apps, schema_editor):
    """Words came of the whole score until now; the next run gives each undecided row its new one."""
    alias = schema_editor.connection.alias
    for name in ("Match", "TriangularOption"):
        rows = apps.get_model("matching", name).objects.using(alias)
        _by_score(rows, score="score", word="word", profile="profile")
        _by_score(rows, score="shown_score", word="shown_word", profile="shown_by")
    released = apps.get_model("matching", "Match").objects.using(alias).filter(released_at__isnull=False)
    for match in released.only("released_as").iterator(chunk_size=500):
        match.released_word = NUMBERS[match.released_as["fit"]]
        match.save(update_fields=["released_word"])


def _by_score(rows, *, score, word, profile):
    scored = rows.filter(**{f"{score}__isnull": False, f"{profile}__isnull": False})
    of_row = Case(
        When(**{f"{score}__gte": F(f"{profile}__strong_from")}, then=STRONG),
        When(**{f"{score}__gte": F(f"{profile}__good_from")}, then=GOOD),
        default=PARTIAL,
    )
    found = rows.filter(pk=OuterRef("pk")).annotate(found_word=of_row).values("found_word")
    scored.update(**{word: Subquery(found)})


class Migration(migrations.Migration):
    dependencies = [("matching", "0017_words_and_levels")]

    operations = [migrations.RunPython(give_words, migrations.RunPython.noop)]
