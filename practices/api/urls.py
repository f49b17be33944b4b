"""Addresses of the API of practices."""

from rest_framework.routers import SimpleRouter

from practices.api.views import PracticeViewSet

router = SimpleRouter()
router.register("practices", PracticeViewSet, basename="api-practices")
