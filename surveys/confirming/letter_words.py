"""What a note verbale or a letter that asks a country, or reminds it, opens and closes with.

A note verbale speaks of both sides in the third person and ends with the assurances; a letter is signed.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from surveys.choices import AskedBy

Words = Mapping[str, str]


def opening_and_closing(way: AskedBy, words: Words, *, reminds: bool) -> tuple[list[str], list[str]]:
    """Return the paragraphs before what is quoted, and those after it."""
    is_note = way == AskedBy.NOTE
    if reminds:
        return _note_that_reminds(words) if is_note else _letter_that_reminds(words)
    return _note(words) if is_note else _letter(words)


def _note(words: Words) -> tuple[list[str], list[str]]:
    """Return what a note verbale opens and closes with."""
    refers = _(
        "%(secretariat)s presents its compliments to the %(addressee)s and has the honour to refer to “%(survey)s”, "
        "of which the entries below are shown on %(portal)s as read of %(country)s, and not yet put to the Government."
    )
    asks = _(
        "It would be grateful if the Government could confirm, correct or withdraw these entries by %(day)s, by a "
        "reply to this note, or through its designated focal point or coordinator on the portal, where that is more "
        "convenient: %(address)s"
    )
    renews = _(
        "%(secretariat)s avails itself of this opportunity to renew to the %(addressee)s the assurances of its "
        "highest consideration."
    )
    return [refers % words, asks % words], [*_what_follows(), renews % words]


def _letter(words: Words) -> tuple[list[str], list[str]]:
    """Return what a letter opens and closes with."""
    refers = _(
        "I have the honour to refer to “%(survey)s”, of which the entries below are shown on %(portal)s as read of "
        "%(country)s, and not yet put to the Government."
    )
    asks = _(
        "I should be grateful if the Government could confirm, correct or withdraw these entries by %(day)s, by a "
        "reply to this letter, or through its designated focal point or coordinator on the portal, where that is more "
        "convenient: %(address)s"
    )
    closing = [*_what_follows(), _("Accept, Excellency, the assurances of my highest consideration.")]
    return [_("Excellency,"), refers % words, asks % words], closing


def _note_that_reminds(words: Words) -> tuple[list[str], list[str]]:
    refers = _(
        "%(secretariat)s presents its compliments to the %(addressee)s and has the honour to refer to its "
        "communication %(asked_by)s of %(asked_on)s on what is read of %(country)s in “%(survey)s”, to which it has "
        "received no reply yet."
    )
    asks = _(
        "It would be grateful if the Government could confirm, correct or withdraw the entries below by %(day)s, by a "
        "reply to this note, or through its designated focal point or coordinator on the portal, where that is more "
        "convenient: %(address)s"
    )
    renews = _(
        "%(secretariat)s avails itself of this opportunity to renew to the %(addressee)s the assurances of its "
        "highest consideration."
    )
    return [refers % words, asks % words], [*_what_follows(), renews % words]


def _letter_that_reminds(words: Words) -> tuple[list[str], list[str]]:
    refers = _(
        "I have the honour to refer to my communication %(asked_by)s of %(asked_on)s on what is read of %(country)s "
        "in “%(survey)s”, to which I have received no reply yet."
    )
    asks = _(
        "I should be grateful if the Government could confirm, correct or withdraw the entries below by %(day)s, by a "
        "reply to this letter, or through its designated focal point or coordinator on the portal, where that is more "
        "convenient: %(address)s"
    )
    closing = [*_what_follows(), _("Accept, Excellency, the assurances of my highest consideration.")]
    return [_("Excellency,"), refers % words, asks % words], closing


def _what_follows() -> list[str]:
    return [
        _(
            "Where nobody speaks for the Government on the portal yet, a focal point or a coordinator may be "
            "designated in the same reply, with name, function and e-mail address."
        ),
        _(
            "Entries that were put to a designated person and that nobody has confirmed by that date are no longer "
            "shown as open; they remain stated in the survey alone. Confirming an entry commits the Government to "
            "nothing."
        ),
    ]
