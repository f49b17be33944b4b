"""In which form an answer is given: by `format`, else by Accept, its weights included."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from web.api.asked import FORMAT
from web.api.problems import BadQuery
from web.filters.suggesting import unknown_values

ANYTHING = "*/*"


class FileRenderer(BaseRenderer):
    """A file, which the endpoint writes itself: the class only says that it can be asked for."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Never called: a file is no data to be rendered."""
        raise NotImplementedError


class ByFormatOrAccept(DefaultContentNegotiation):
    """`format` names a form whatever Accept says: one that there is not is 400; Accept of none that there is, 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and the media type of the answer."""
        renderers = list(renderers)
        files = {one.format: one for one in renderers if isinstance(one, FileRenderer)}
        asked = request.query_params.getlist(FORMAT)
        if files and asked:
            if len(asked) > 1 or asked[0] not in files:
                refusal = _("Give one of: %(names)s.") % {"names": ", ".join(map(str, files))}
                known = [(str(name), str(name)) for name in files]
                raise BadQuery({FORMAT: [unknown_values(asked[:1], known, refusal=refusal)]})
            return files[asked[0]], str(files[asked[0]].media_type)
        # A form that Accept cannot tell from another, as JSON of a page and JSON of a file, is asked for by name alone.
        by_type: dict[str, BaseRenderer] = {}
        for one in renderers:
            by_type.setdefault(str(one.media_type), one)
        plain = request._request  # noqa: SLF001 - it has no other name
        if not request.headers.get("Accept", ANYTHING).strip():
            return renderers[0], str(renderers[0].media_type)
        chosen = plain.get_preferred_type(list(by_type))
        if chosen is None:
            raise NotAcceptable(available_renderers=[by_type[name] for name in by_type])
        return by_type[chosen], chosen
