"""What of the API is on its way out: one line each, and the headers, the schema and the documentation say it."""

from web.api.deprecation import Deprecation

DEPRECATIONS: tuple[Deprecation, ...] = ()
"""Kept here for at least a year each; docs/api/changelog.md has the rule."""
