"""Pages of offers and needs."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from directory.searching.reading import read_query
from surveys.choices import Side
from surveys.feeds import CONTENT_TYPE, MOST_ENTRIES, posting_feed
from surveys.filtersets import CONFIRMED, NeedFilter, OfferFilter, open_unless_asked
from surveys.models import Need, Offer
from surveys.pictures import STATED, ListPictures
from surveys.postings.shown.frame import COLUMNS, OFFER_COLUMNS, survey_notes
from surveys.postings.shown.page_rows import PARTNERS, TARGETS
from surveys.saved_searches.keeping import LONGEST_NAME
from surveys.searching.finding import PostingSearch
from web.facets import Counts
from web.lists.pages import FilteredList, PublicPage, Row
from web.pictures.files import picture_response


class PostingList(FilteredList[Row]):
    """Offers or needs that the reader may see, open ones unless asked otherwise."""

    results_template = "surveys/posting_results.html"
    knows_closed = True
    has_feed = True
    side: ClassVar[Side]

    @property
    def is_best_first(self) -> bool:
        """Whether what was searched for puts the list in order."""
        return "q" in self.asked and "ordering" not in self.asked and not self.refusals

    def default_order(self) -> str:
        return _("Best found first") if "q" in self.asked else super().default_order()

    def in_view(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return open_unless_asked(rows, self.asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        name = "; ".join(f"{one.label}: {one.words}" for one in context["active_filters"])
        return context | {
            "search_query": self.asked.urlencode(),
            "search_name": name[:LONGEST_NAME],
            "pictures": [] if self.refusals else self.pictures().all(),
        }

    def for_page(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return rows.for_cards()  # type: ignore[attr-defined]

    def for_file(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return rows.for_lists()  # type: ignore[attr-defined]

    def notes(self, rows: QuerySet[Row]) -> list[str]:
        return survey_notes(rows)

    def pictures(self) -> ListPictures:
        """Return the pictures of the list as it is filtered."""
        confirmed = self._counted[CONFIRMED]
        return ListPictures(self.filterset, self.counts, confirmed, self.narrowed_to, self.picture_address)

    def count_choices(self) -> dict[str, Counts]:
        return self._counted[""]

    @cached_property
    def _counted(self) -> dict[str, dict[str, Counts]]:
        """The counts of all postings and of confirmed ones, together."""
        return self.filterset.counts_in_parts(self.form_fields, in_view=self.in_view, beside=[CONFIRMED])

    def narrowed_to(self, name: str, value: str) -> str:
        """Return the address of the list with one value of one filter, the others as they are."""
        asked = self.asked.copy()
        asked.pop("page", None)
        asked[name] = value
        return f"{self._address}?{asked.urlencode()}"

    @cached_property
    def _address(self) -> str:
        return reverse(f"surveys:{self.section}")

    def picture_address(self, name: str) -> str:
        """Return the address of a picture of the list as a file."""
        asked = self.asked.copy()
        asked.pop("page", None)
        return reverse(f"surveys:{self.section}_picture", args=[name]) + (f"?{asked.urlencode()}" if asked else "")

    def get_queryset(self) -> QuerySet[Row]:
        rows = super().get_queryset()
        if self.is_best_first:
            search = PostingSearch(read_query(str(self.asked["q"])))
            rows = search.best_first(rows, side=self.side)  # type: ignore[type-var]
        return rows


class OfferList(PostingList[Offer]):
    """What countries and agencies offer."""

    model = Offer
    side = Side.OFFER
    filterset_class = OfferFilter
    section = "offers"
    file_name = "offers"
    columns = OFFER_COLUMNS
    form_fields = ("q", "reaches", "country", "group", "area", "modality", "target", "is_confirmed", "ordering")
    extra_context = {"kind": "offer"}

    def rows(self) -> QuerySet[Offer]:
        return Offer.objects.visible_to(self.request.user)

    def for_file(self, rows: QuerySet[Offer]) -> QuerySet[Offer]:
        return super().for_file(rows).prefetch_related(TARGETS)


class NeedList(PostingList[Need]):
    """What countries seek from others of the South."""

    model = Need
    side = Side.NEED
    filterset_class = NeedFilter
    section = "needs"
    file_name = "needs"
    columns = COLUMNS
    form_fields = ("q", "country", "group", "area", "modality", "is_confirmed", "ordering")
    extra_context = {"kind": "need"}

    def rows(self) -> QuerySet[Need]:
        return Need.objects.visible_to(self.request.user)


class PostingFeedView(PostingList[Row]):
    """What changed last in a list of postings, as an Atom feed: what everyone may read, whoever asks."""

    own_parameters = frozenset()
    is_file = True
    feed_title: ClassVar[Any]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        shown = self.get_queryset().order_by("-updated_at", "pk")[:MOST_ENTRIES]
        if self.refusals:
            return self.refused()
        feed = posting_feed(
            shown,  # type: ignore[arg-type]
            title=str(self.feed_title),
            feed_url=request.build_absolute_uri(self.address_of("atom")),
            list_url=request.build_absolute_uri(self.address_of("")),
            host=request.build_absolute_uri("/").rstrip("/"),
        )
        return HttpResponse(feed, content_type=CONTENT_TYPE)


class OfferFeed(PostingFeedView[Offer], OfferList):
    """Offers that changed last."""

    feed_title = gettext_lazy("Offers of South-South cooperation")

    def rows(self) -> QuerySet[Offer]:
        return Offer.objects.public()


class NeedFeed(PostingFeedView[Need], NeedList):
    """Needs that changed last."""

    feed_title = gettext_lazy("Needs of South-South cooperation")

    def rows(self) -> QuerySet[Need]:
        return Need.objects.public()


class PostingPictureView(PostingList[Row]):
    """A picture of a list as a file: of the same rows as its page."""

    own_parameters = frozenset()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if kwargs["name"] not in STATED:
            raise Http404
        shown = self.get_queryset()
        if self.refusals:
            return self.refused()
        picture = self.pictures().of(kwargs["name"])
        if not picture.bars:
            raise Http404
        return picture_response(picture, name=f"{self.file_name}-{picture.name}", notes=self.file_notes(shown))

    def address_of(self, ending: str) -> str:
        query = self.asked.urlencode()
        return reverse(f"surveys:{self.section}") + (f"?{query}" if query else "")


class OfferPicture(PostingPictureView[Offer], OfferList):
    """Offers by area or by modality."""


class NeedPicture(PostingPictureView[Need], NeedList):
    """Needs by area or by modality."""


class PostingDetail(PublicPage, DetailView[Row]):
    """One offer or need; where it was retired, the answer (410) says that it remains stated in its edition."""

    context_object_name = "posting"
    section_current = "true"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            rows: Any = self.model._default_manager.all()  # noqa: SLF001 - Django documents it as public
            posting = rows.retired().for_lists().filter(pk=kwargs["pk"]).first()
            if posting is None:
                raise
            context = {"posting": posting, "section": self.section, "section_current": self.section_current}
            return render(request, "surveys/posting_retired.html", context, status=HTTPStatus.GONE)


class OfferDetail(PostingDetail[Offer]):
    """One offer."""

    model = Offer
    section = "offers"
    extra_context = {"kind": "offer"}

    def get_queryset(self) -> QuerySet[Offer]:
        return Offer.objects.visible_to(self.request.user).for_lists().prefetch_related(TARGETS)


class NeedDetail(PostingDetail[Need]):
    """One need."""

    model = Need
    section = "needs"
    extra_context = {"kind": "need"}

    def get_queryset(self) -> QuerySet[Need]:
        return Need.objects.visible_to(self.request.user).for_lists().prefetch_related(PARTNERS)
