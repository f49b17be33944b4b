"""The language of pages: what the reader chose, else what the browser asks for, else English.

Whoever is logged in has it in the account, which mails follow too; whoever is not has it in a cookie, set by choosing
and by nothing else. Both are told apart by caches: `Vary` has Accept-Language and Cookie, and an ETag is of
what is sent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic.base import View

from directory.models import User

NEXT, LANGUAGE = "next", "language"


@dataclass(frozen=True)
class LanguageChoice:
    """A language that pages can be read in, by its own name."""

    code: str
    name: str
    is_bidi: bool


def language_choices() -> Iterator[LanguageChoice]:
    """Yield the languages of the portal, each by the name that those who read it give it."""
    for code, _name in settings.LANGUAGES:
        info = translation.get_language_info(code)
        name = info["name_local"]
        yield LanguageChoice(code, name[:1].upper() + name[1:], info["bidi"])


class ReaderLanguageMiddleware:
    """Shows pages in the language of the account; the API answers in the language that a request asks for.

    Django's LocaleMiddleware has read the cookie or the browser's wish by then, and says afterwards which was used.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith("/api/")
        if not is_api and settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            language = request.user.language
            if language in dict(settings.LANGUAGES):
                translation.activate(language)
                request.LANGUAGE_CODE = language
        return self.get_response(request)


@method_decorator(csrf_exempt, name="dispatch")
class ChooseLanguage(View):
    """Keeps the language that a reader chose, and leads back to the page with all that stood in its address.

    Public pages have no token against forged requests, which would be a cookie for every reader: a stranger's page
    could choose a language for somebody who is not logged in, and nothing else. Accounts are protected as ever.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Set the cookie; of an account, the language too."""
        if request.user.is_authenticated:
            return _of_account(request)
        return _chosen(request)


@csrf_protect
def _of_account(request: HttpRequest) -> HttpResponseBase:
    language = _language(request)
    if language:
        person = User.objects.get(pk=request.user.pk or 0)
        person.language = language
        person.save(update_fields=["language"])
    return _chosen(request)


def _chosen(request: HttpRequest) -> HttpResponseBase:
    response = HttpResponseRedirect(_next(request))
    if language := _language(request):
        names: dict[str, Any] = {
            "max_age": settings.LANGUAGE_COOKIE_AGE,
            "secure": settings.LANGUAGE_COOKIE_SECURE,
            "httponly": settings.LANGUAGE_COOKIE_HTTPONLY,
            "samesite": settings.LANGUAGE_COOKIE_SAMESITE,
        }
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **names)
    return response


def _language(request: HttpRequest) -> str:
    asked = request.POST.get(LANGUAGE, "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def _next(request: HttpRequest) -> str:
    """Return where the reader was; home where that leads away.

    Filters of a list change the address of its page without loading it anew: the browser says what it is by now.
    """
    address = request.POST.get(NEXT, "")
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host() and came_from.path == urlsplit(address).path:
        address = came_from._replace(scheme="", netloc="", fragment="").geturl()
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else reverse("home")
