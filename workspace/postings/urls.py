"""Addresses of the own postings."""

from django.urls import URLPattern, path

import web.converters  # noqa: F401 - the addresses use them
from workspace.postings import editing, lists, sheets, steps


def _of(kind: str) -> list[URLPattern]:
    one = f"{kind}s/<row:pk>/"
    given = {"kind": kind}
    return [
        path(f"{kind}s/", lists.OwnPostingList.as_view(), given, name=f"{kind}s"),
        path(f"{kind}s/new/", editing.PostingEdit.as_view(), given, name=f"{kind}-new"),
        path(f"{kind}s/form.xlsx", sheets.EmptySheet.as_view(), given, name=f"{kind}-sheet"),
        path(f"{kind}s/upload/", sheets.Upload.as_view(), given, name=f"{kind}-upload"),
        path(one, steps.PostingPage.as_view(), given, name=kind),
        path(f"{one}edit/", editing.PostingEdit.as_view(), given, name=f"{kind}-edit"),
        path(f"{one}preview/", steps.PostingPreview.as_view(), given, name=f"{kind}-preview"),
        path(f"{one}history/", steps.History.as_view(), given, name=f"{kind}-history"),
        path(f"{one}near/", steps.NearMisses.as_view(), given, name=f"{kind}-near"),
        path(f"{one}form.xlsx", sheets.FilledSheet.as_view(), given, name=f"{kind}-filled-sheet"),
        path(f"{one}<slug:step>/", steps.PostingStep.as_view(), given, name=f"{kind}-step"),
    ]


urlpatterns: list[URLPattern] = [
    *_of("offer"),
    *_of("need"),
    path("approvals/", lists.Approvals.as_view(), name="approvals"),
]
