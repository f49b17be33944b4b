"""Model fields of our own."""

from typing import Any

from django.db import models

from web.text import fold


class FoldedTextField(models.TextField[str, str]):
    """A column for searching: the folded text of other fields, written whenever the row is saved or bulk-created."""

    def __init__(self, *args: Any, sources: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.sources = sources
        kwargs.update(editable=False, blank=True, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Describe the field for migrations."""
        name, path, args, kwargs = super().deconstruct()
        for implied in ("editable", "blank", "default"):
            kwargs.pop(implied, None)
        return name, path, list(args), {**kwargs, "sources": self.sources}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Fold the source fields, one line each."""
        folded = "\n".join(fold(str(getattr(model_instance, source) or "")) for source in self.sources)
        setattr(model_instance, self.attname, folded)
        return folded
