"""Addresses of the API of matches and runs."""

from rest_framework.routers import SimpleRouter

from matching.api.cooperation import CooperationViewSet
from matching.api.coverage import CoverageViewSet
from matching.api.views import MatchViewSet, RunViewSet

router = SimpleRouter()
router.register("matches", MatchViewSet, basename="api-matches")
router.register("cooperation", CooperationViewSet, basename="api-cooperation")
router.register("coverage", CoverageViewSet, basename="api-coverage")
router.register("runs", RunViewSet, basename="api-runs")
