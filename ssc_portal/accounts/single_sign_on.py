"""Which server logs people in by OpenID Connect, as allauth takes it."""

from typing import Any


def providers(*, server: str, client: dict[str, str]) -> dict[str, Any]:
    """Return allauth's settings of providers: none where no server is named.

    client: its `name` for people, `client_id` and `secret`.
    """
    app = {"provider_id": "sso", **client, "settings": {"server_url": server}}
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app] if server else []}}
