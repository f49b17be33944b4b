"""Unsubscribing, and "still valid?": a GET shows, a POST does; scanners of mails follow links."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic.base import View

from directory.mail.unsubscribing import read_token, unsubscribe
from surveys.postings import still_valid
from surveys.postings.deciding.held import PostingRefused


class _Linked(View):
    template_name = ""
    http_method_names = ["get", "head", "post"]

    def show(self, request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
        """Show the page; its address is a secret, so nothing keeps it or tells it on."""
        response = render(request, self.template_name, context, status=status)
        add_never_cache_headers(response)
        return response


# The signed link is the proof; the mail program that posts it (RFC 8058) has no cookie and no token of a form.
@method_decorator(csrf_exempt, name="dispatch")
class Unsubscribe(_Linked):
    """No more mails of that kind."""

    template_name = "workspace/mail/unsubscribe.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        found = read_token(token)
        return self.show(request, found=found, status=200 if found else 404)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        found = read_token(token)
        if found is None:
            return self.show(request, found=None, status=404)
        user, purpose = found
        unsubscribe(user=user, purpose=purpose)
        return self.show(request, found=found, done=True)


class StillValid(_Linked):
    """Whether a posting still holds."""

    template_name = "workspace/mail/still_valid.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        asked = still_valid.read_token(token)
        return self.show(request, asked=asked, status=200 if asked else 404)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        asked = still_valid.read_token(token)
        if asked is None:
            return self.show(request, asked=None, status=404)
        try:
            if request.POST.get("answer") == "yes":
                done = "confirmed" if still_valid.say_yes(asked) else "submitted"
            elif request.POST.get("answer") == "no":
                still_valid.say_no(asked)
                done = "withdrawn"
            else:
                return self.show(request, asked=asked, status=422)
        except PostingRefused as refused:
            return self.show(request, asked=asked, refused=str(refused), status=422)
        return self.show(request, asked=asked, done=done)
