"""Fields that the forms of single steps and of steps on many have in common: a note, and whether to withhold too."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from matching.life.review import LONGEST_NOTE


class NoteField(forms.CharField):
    """An internal note; a longer one is refused and kept in the form, never cut by the browser."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "widget": forms.Textarea(attrs={"rows": 3}), **kwargs})
        self.validators.append(
            MaxLengthValidator(
                LONGEST_NOTE,
                _("The note has %(show_value)d characters; at most %(limit_value)d fit."),
            )
        )

    def to_python(self, value: Any) -> str:
        """Count a line's end once: a browser sends two characters for it."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


class WithholdField(forms.TypedChoiceField):
    """Whether a released fit that is set aside goes off the public pages too; None where nothing was said."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("If you set it aside: everyone can see this fit."),
                "required": False,
                "widget": forms.RadioSelect,
                "choices": [("yes", _("Withhold it too")), ("no", _("Leave it released"))],
                "coerce": lambda given: given == "yes",
                "empty_value": None,
                **kwargs,
            }
        )
