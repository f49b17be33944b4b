"""A Content-Type that cannot be read, before Django meets it."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest


def with_readable_content_type(application: WSGIApplication) -> WSGIApplication:
    """Return the application, for which a request whose Content-Type is malformed has none.

    Django reads that header, and the query in the charset that it names, before it catches anything: its error would
    leave the visitor without an answer. ("a/b; x*=none'en'y", "a/b; charset=base64".)
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            WSGIRequest(environ)
        except (ValueError, LookupError, SuspiciousOperation):
            environ["CONTENT_TYPE"] = ""
        return application(environ, start_response)

    return answer
