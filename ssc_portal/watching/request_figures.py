"""Counts requests for `/metrics`."""

from typing import Any

from django.http import HttpRequest
from django_prometheus.middleware import PrometheusAfterMiddleware


class RequestFiguresMiddleware(PrometheusAfterMiddleware):
    """Counts by view, method and status, each label of a closed set: a method may be any word that a stranger sends."""

    def label_metric(self, metric: Any, request: HttpRequest, response: Any = None, **labels: Any) -> Any:
        if "method" in labels:
            labels["method"] = self._method(request)
        return super().label_metric(metric, request, response, **labels)
