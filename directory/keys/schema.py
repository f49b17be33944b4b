"""How the OpenAPI schema names keys: drf-spectacular finds the class by its being imported."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security scheme `key`, beside reading without any."""

    target_class = "directory.keys.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return what the schema says of it."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "A key of an agency or a partner: `Authorization: Bearer ssc_…`. Managers and focal points make keys "
                "on the page “Keys to the API”. Without any header the answer is that for everyone; a header that "
                "opens nothing is 401."
            ),
        }
