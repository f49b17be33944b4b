"""Addresses of accounts, one by one: those of allauth that the portal uses, and no others.

To mount all that a library has means to have doors that nobody here knows of: its page for e-mail addresses let a
borrowed session make another address the account's own. What stands here is linked from a page of the portal, and
`tests/project/test_library_addresses.py` says of each what a POST to it changes.
"""

from allauth.account import views as account
from allauth.decorators import rate_limit
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as authenticator
from allauth.mfa.webauthn import views as passkey
from allauth.socialaccount.providers.openid_connect import views as single_sign_on
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path, re_path

from ssc_portal.accounts import views
from ssc_portal.accounts.printed import not_of_a_sheet

# What a library would keep of a post without a log-in, to go on with it later, is kept for nobody: `login_required`.
# What has to be kept until an answer comes from elsewhere is kept as seldom as one may try to log in.
seldom = rate_limit(action="login", limit_get=True)

urlpatterns: list[URLPattern] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", views.SignupClosed.as_view(), name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.PasswordChange.as_view(), name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.PasswordResetFromKey.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", factor.index, name="mfa_index"),
    path("2fa/authenticate/", factor.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", login_required(authenticator.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", login_required(authenticator.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/", login_required(not_of_a_sheet(codes.view_recovery_codes)), name="mfa_view_recovery_codes"
    ),
    path(
        "2fa/recovery-codes/generate/",
        login_required(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        login_required(not_of_a_sheet(codes.download_recovery_codes)),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", passkey.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", login_required(passkey.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", seldom(passkey.login_webauthn), name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", passkey.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", login_required(passkey.edit_webauthn), name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", login_required(passkey.remove_webauthn), name="mfa_remove_webauthn"),
    path("oidc/<str:provider_id>/login/", seldom(single_sign_on.login), name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", single_sign_on.callback, name="openid_connect_callback"),
]
