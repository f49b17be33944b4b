"""The match queue: a list like those of the pages, with steps on many of its rows."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.page import DeskPage
from desk.queue import bulk, saved_views
from desk.queue.export import WRITERS, file_of
from desk.queue.figures import bars_of_states
from desk.queue.filtersets import QueueFilter, in_words_of_today, what_waits
from desk.queue.origin import Origin
from desk.queue.rows import rows_of
from directory.admin.base import actor
from directory.models import Country
from matching.models import Match
from surveys.models import Need, Offer
from web.converters import row_number
from web.facets import Counts
from web.lists.pages import ROWS_A_CHUNK, FilteredList


class Queue(DeskPage, FilteredList[Match]):
    """Matches as the secretariat works through them; without a choice, what waits for a first decision."""

    model = Match
    title = gettext_lazy("Match queue")
    template_name = "admin/matching/match/queue.html"
    results_template = "admin/matching/match/queue_results.html"
    filterset_class = QueueFilter
    form_fields = (
        "q", "status", "todo", "plan", "fit", "confirmed", "released", "need_country", "offer_country", "need_group",
        "shared_area", "min_score", "max_score", "ordering",
    )  # fmt: skip
    paginate_by = 50
    chosen: frozenset[int] = frozenset()
    """Rows that were ticked, where the list is shown again for want of a step."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Show the list, or give it as a file; an address of before leads to what it is called today."""
        query = in_words_of_today(request.GET)
        if query != request.GET:
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        response = super().get(request, *args, **kwargs)
        if "ending" not in kwargs:
            saved_views.leave(request, response)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask before a step is taken on the rows that are ticked, or on all of the list; nothing is done yet."""
        step, in_list = request.POST.get("step", ""), self.get_queryset()
        self.chosen = frozenset(filter(None, map(row_number, request.POST.getlist("chosen"))))
        takes_all = "everything" in request.POST
        if not self.refusals:
            if step in bulk.BULK_STEPS and (self.chosen or takes_all):
                selected = in_list if takes_all else in_list.filter(pk__in=self.chosen)
                return bulk.ask(Origin(request, request.GET.urlencode()), selected, step=step)
            messages.warning(request, _("Nothing is chosen yet: tick the matches, and choose what to do with them."))
        self.object_list = in_list
        return self.render_to_response(self.get_context_data(), status=HTTPStatus.BAD_REQUEST)

    def rows(self) -> QuerySet[Match]:
        return Match.objects.visible_to(self.request.user)

    def in_view(self, rows: QuerySet[Match]) -> QuerySet[Match]:
        return what_waits(rows, self.asked)

    def for_page(self, rows: QuerySet[Match]) -> QuerySet[Match]:
        return rows.for_lists()  # type: ignore[attr-defined]

    def rows_to_choose(self) -> dict[str, QuerySet[Any]]:
        return {"need_country": _countries_with(Need), "offer_country": _countries_with(Offer)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        is_first = context["page_obj"].number == 1
        return context | {
            "rows": rows_of(context["object_list"]),
            "chosen": self.chosen,
            "steps": bulk.BULK_STEPS.items(),
            "saved_views": list(actor(self.request).saved_views.all()),
            "as_left": saved_views.as_left(self.request),
            "carried": Origin(self.request, self.request.GET.urlencode()).carried,
            "export_query": self.address_of("").partition("?")[2],
            "picture": bars_of_states(self.counts.get("status", {}), self.asked) if is_first else None,
        }

    def count_choices(self) -> dict[str, Counts]:
        """Count the matches of each state whatever the list shows of them, and the other choices within it."""
        others = [name for name in self.form_fields if name != "status"]
        of_states = self.filterset.counts(["status"], in_view=lambda rows: rows)
        return of_states | self.filterset.counts(others, in_view=self.in_view)

    def _file(self, ending: str) -> HttpResponseBase:
        if ending not in WRITERS:
            raise Http404
        matches = self.get_queryset()
        return self.refused() if self.refusals else file_of(matches.iterator(chunk_size=ROWS_A_CHUNK), ending=ending)


def _countries_with(model: type[Need | Offer]) -> QuerySet[Country]:
    """Return the countries with a published posting of the kind."""
    published = model.objects.published().order_by()
    has_one = Q(pk__in=published.values("country")) | Q(pk__in=published.values("agency__country"))
    return Country.objects.listed().filter(has_one)
