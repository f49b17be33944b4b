"""Addresses of the API of reference data."""

from rest_framework.routers import SimpleRouter

from directory.api.views import AgencyViewSet, AreaViewSet, CountryViewSet, GroupViewSet, ModalityViewSet

router = SimpleRouter()
router.register("countries", CountryViewSet, basename="api-countries")
router.register("groups", GroupViewSet, basename="api-groups")
router.register("areas", AreaViewSet, basename="api-areas")
router.register("modalities", ModalityViewSet, basename="api-modalities")
router.register("agencies", AgencyViewSet, basename="api-agencies")
