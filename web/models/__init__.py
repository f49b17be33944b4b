"""Tables of the web app."""

from web.models.kept_answer import KeptAnswer
from web.models.search_document import SearchDocument
from web.models.watch import Watch

__all__ = ["KeptAnswer", "SearchDocument", "Watch"]
