"""Addresses of the API of the change feed."""

from rest_framework.routers import SimpleRouter

from feed.api.views import ChangeViewSet

router = SimpleRouter()
router.register("changes", ChangeViewSet, basename="api-changes")
