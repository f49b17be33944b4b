"""Addresses of the API of surveys and postings."""

from rest_framework.routers import SimpleRouter

from surveys.api.views import NeedViewSet, OfferViewSet, SurveyViewSet

router = SimpleRouter()
router.register("surveys", SurveyViewSet, basename="api-surveys")
router.register("offers", OfferViewSet, basename="api-offers")
router.register("needs", NeedViewSet, basename="api-needs")
