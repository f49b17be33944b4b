"""Tables of the web app."""

from web.models.watch import Watch

__all__ = ["Watch"]
