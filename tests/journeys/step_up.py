"""The doors that an open page alone does not open: what makes or ends keys, gives roles, or is published for all.

Each asks for a proof of who it is from the last five minutes. What does not stand here has its reason below.
"""

FRESH: dict[str, str] = {
    "POST /account/one-time": "physician",
    "GET /account/one-time": "physician",
    "POST /account/one-time/confirm": "physician",
    "POST /account/one-time/remove": "physician",
    "POST /account/passkeys": "physician",
    "POST /account/passkeys/options": "physician",
    "POST /account/passkeys/remove": "physician",
    "POST /admin/accounts": "administrator",
    "POST /admin/accounts/{username}/disable": "administrator",
    "POST /admin/accounts/{username}/password": "administrator",
    "POST /admin/accounts/{username}/reset-proofs": "administrator",
    "POST /admin/accounts/{username}/role": "administrator",
    "POST /admin/clients": "administrator",
    "POST /admin/clients/{id}/disable": "administrator",
    "POST /admin/clients/{id}/keys": "administrator",
    "POST /codings/releases/{system}/{release}/publish": "codings_editor",
    "POST /codings/releases/{system}/{release}/withdraw": "codings_editor",
    "POST /council/certificates/{kid}/revoke": "council_officer",
    "POST /council/requests/{asked}/approve": "council_officer",
    "POST /council/requests/{asked}/enter": "council_officer",
    "POST /council/requests/{asked}/refuse": "council_officer",
    "POST /prescriber/key": "physician",
    "POST /prescriber/key/{kid}/revoke": "physician",
    "POST /regulator/declarations/{number}/approve": "regulator",
}

# What else is changed at the desks where keys, roles and releases are: why an open page is enough there.
OPEN_PAGE: dict[str, str] = {
    "POST /account/password": "asks for the old password itself",
    "POST /account/sessions/end": "only shuts doors",
    "POST /account/signing-session": "is itself the proof",
    "POST /account/signing-session/end": "only shuts a door",
    "POST /account/signing-session/options": "a challenge; its answer is the proof",
    "POST /account/stay": "says that somebody is there",
    "POST /codings/upload": "nothing is in force before another person publishes it",
    "POST /regulator/declarations": "nothing is in force before another officer approves it",
    "POST /regulator/declarations/{number}/refuse": "puts a draft aside",
}
# Beside the doors: opening dispensing after a restore, and drawing new secrets of the service, are commands of
# whoever holds the machine (`app/commands/recovering.py`, `app/keys.py`); no address does either.
DESKS = ("/account", "/admin", "/codings", "/council", "/prescriber/key", "/regulator")
