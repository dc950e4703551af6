"""Every page of the product, once: what axe, the HTML checker and the photographer visit.

The house rules fail when an address is neither here nor among those that are no pages.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Place:
    """A page as somebody meets it.

    `name` is what the URLconf calls it, `who` the mailbox of the person (nobody: not signed in).
    `path` is its address, or where one starts to follow `links`: each is the pattern of the
    address of the next link, as it differs from one installation to another.
    """

    name: str
    who: str
    path: str
    links: tuple[str, ...] = ()
    status: int = 200
    note: str = ""
    theirs: bool = False  # drawn by a library that we only serve: its faults are not ours to mend

    @property
    def label(self) -> str:
        """A name for it that is a file's name, too."""
        words = [self.name.replace(":", "-"), self.who or "nobody", self.note]
        return "--".join(word.replace(" ", "-") for word in words if word)


_ID = r"[0-9a-f-]{36}/"
_CASE, _DECISION, _REVIEW = r"/cases/\d+/", f"/decide/{_ID}", f"/reviews/{_ID}"
_CAMPAIGN = f"/campaigns/{_ID}"

_STRANGERS = (
    Place("account_login", "", "/accounts/login/"),
    Place("account_signup", "", "/accounts/signup/"),
    Place("account_inactive", "", "/accounts/inactive/"),
    Place("account_reset_password", "", "/accounts/password/reset/"),
    Place("account_reset_password_done", "", "/accounts/password/reset/done/"),
    Place("account_reset_password_from_key", "", "/accounts/password/reset/key/1-old/"),
    Place("account_reset_password_from_key_done", "", "/accounts/password/reset/key/done/"),
    Place("404", "", "/nowhere/", status=404),
)
_EVERYBODY = (
    *(
        Place("home", who, "/")
        for who in ("requester", "approver", "responder", "compliance", "auditor", "admin")
    ),
    Place("profile", "requester", "/profile/"),
    Place("reach", "requester", "/profile/reach/"),
    Place("substitutes", "approver", "/profile/substitutes/"),
    Place("search", "requester", "/search/"),
    Place("search", "auditor", "/search/?q=shop", note="found"),
    Place("account_logout", "requester", "/accounts/logout/"),
    Place("account_change_password", "requester", "/accounts/password/change/"),
    Place("account_reauthenticate", "requester", "/accounts/reauthenticate/"),
    Place("404", "requester", "/cases/999999/", status=404),
    Place("400", "requester", "/cases/?nonsense=1", status=400),
    Place("403", "requester", "/ledger/", status=403),
)
_REQUESTER = (
    Place("request-new", "requester", "/request/", note="choose"),
    Place("request-new", "requester", "/request/?scenario=lost-admin&urgency=normal"),
    Place(
        "request-new", "requester2",
        "/request/?scenario=customer-record-emergency&urgency=break_glass", note="break glass",
    ),
    Place("case", "requester", "/", (_CASE,), note="live"),
    Place("case", "requester", "/cases/1/", note="past"),
    Place("grant-more-time", "requester", "/", (_CASE, f"/grants/{_ID}more-time/")),
    Place("cases", "requester", "/cases/"),
    Place("cases", "requester", "/cases/?state=lapsed&scenario=drill", note="empty"),
    Place("scenarios", "requester", "/scenarios/"),
    Place("scenario", "requester", "/scenarios/production-outage/"),
    Place("mailbox", "requester", "/mailbox/"),
    Place("mail", "requester", "/mailbox/", (r"/mailbox/\d+/",)),
    Place("alerts", "requester", "/alerts/"),
)  # fmt: skip
_APPROVER = (
    Place("decide", "approver", "/decide/"),
    Place("decide", "auditor", "/decide/", note="empty"),
    Place("decision", "approver", "/decide/", (_DECISION,)),
    Place("decision-link", "approver", "/mailbox/", (r"/mailbox/\d+/", r"/d/[^/\"]+/")),
    Place("case", "approver", "/decide/", (_DECISION, _CASE), note="to decide"),
)
_RESPONDER = (
    Place("now", "responder", "/now/"),
    Place("grant-revoke", "responder", "/now/", (f"/grants/{_ID}revoke/",)),
    Place("alerts", "responder", "/alerts/"),
    Place("alert", "responder", "/alerts/", (f"/alerts/{_ID}",)),
    Place("case", "responder", "/now/", (_CASE,), note="live"),
)
_REVIEWERS = (
    Place("reviews", "compliance", "/reviews/"),
    Place("obligations", "compliance", "/obligations/"),
    Place("obligation", "compliance", "/obligations/?tab=all", (f"/obligations/{_ID}",)),
    Place("review", "compliance", "/reviews/", (_REVIEW,), note="owed"),
    Place("review", "hugo", "/reviews/?tab=done", (_REVIEW,), note="done"),
    Place("findings", "compliance", "/findings/"),
    Place("finding", "compliance", "/findings/", (f"/findings/{_ID}",)),
    Place("campaigns", "compliance", "/campaigns/"),
    Place("campaigns", "auditor", "/campaigns/?tab=over", note="over"),
    Place("campaign-new", "compliance", "/campaigns/new/"),
    Place("campaign", "hugo", "/campaigns/", (_CAMPAIGN,), note="rights"),
    Place("campaign", "auditor", "/campaigns/?tab=over", (_CAMPAIGN,), note="signed off"),
    Place("campaign-report", "auditor", "/campaigns/?tab=over", (_CAMPAIGN, f"{_CAMPAIGN}report/")),
    Place("reports", "compliance", "/reports/"),
    Place("reports", "auditor", "/reports/?tab=aside", note="no concern"),
    Place("dashboard", "compliance", "/dashboard/"),
    Place("cases", "compliance", "/cases/"),
    Place("case", "compliance", "/cases/12/", note="reviewed"),
    Place("case-seal", "compliance", "/cases/12/seal/"),
    Place("case-paper", "compliance", "/cases/12/paper/"),
    Place("ledger", "auditor", "/ledger/"),
    Place("ledger", "auditor", "/ledger/?subject=nothing:1", note="empty"),
    Place("ledger-verification", "auditor", "/ledger/verification/"),
    Place("ledger-verification", "admin", "/ledger/verification/", note="without the entries"),
    Place("ledger-fits", "auditor", "/ledger/fits/"),
    Place("ledger-retention", "auditor", "/ledger/retention/"),
    Place("ledger-retention", "admin", "/ledger/retention/", note="with holds to place"),
    Place("ledger-checkpoints", "auditor", "/ledger/checkpoints/"),
    Place("ledger-head", "auditor", "/ledger/checkpoints/", (r"/ledger/checkpoints/\d+/",)),
    Place("ledger-entry", "auditor", "/ledger/", (r"/ledger/\d+/",)),
    Place("api-docs", "auditor", "/api/v1/", theirs=True),
)
_CHANGES = (
    Place("changes", "admin", "/changes/"),
    Place("changes", "compliance", "/changes/", note="looking"),
    Place("erasures", "admin", "/erasures/"),
    Place("erasure", "admin", "/erasures/", (f"/erasures/{_ID}",)),
    Place("erasure", "admin2", "/erasures/", (f"/erasures/{_ID}",), note="own"),
    Place(
        "person-erase",
        "admin",
        "/admin/accounts/user/?q=hugo",
        (r"/admin/accounts/user/[^/?\"]+/change/", f"/people/{_ID}erase/"),
    ),
    Place("change", "admin", "/changes/", (f"/changes/{_ID}",), note="to decide"),
    Place("change", "admin2", "/changes/", (f"/changes/{_ID}",), note="own"),
)
_SCENARIOS = (
    Place("styleguide", "admin", "/styleguide/"),
    Place("alert-words", "admin", "/alerts/words/?kind=breakglass.activated&form=html"),
    Place("alert-words", "admin", "/alerts/words/?kind=grant.expired&form=text", note="text"),
    Place("simulator", "admin", "/simulator/"),
    Place("scenario", "admin", "/scenarios/production-outage/"),
    Place("scenario-version", "admin", "/scenarios/production-outage/1/"),
    Place("scenario-diff", "admin", "/scenarios/production-outage/1-1/"),
)

READ = ("alerts_delivery", "auditlog_logentry")
CHANGED = (
    "accounts_user", "auth_group", "targets_target", "targets_source", "alerts_channel",
    "alerts_schedule", "alerts_route", "breakglass_scenario",
)  # fmt: skip
# Only a superuser reads these in the admin; everybody else has better pages, which are here.
KEPT = (
    "breakglass_scenarioversion", "breakglass_request", "breakglass_decision", "breakglass_grant",
    "breakglass_freeze", "breakglass_decisionlink", "breakglass_question",
    "breakglass_proposedchange", "targets_door", "reviews_review", "reviews_finding",
    "reviews_obligation", "reviews_campaign",
)  # fmt: skip


def _admin(model: str) -> str:
    return f"/admin/{model.replace('_', '/')}/"


def _changing(model: str) -> str:
    return rf"{_admin(model)}[^/?\"]+/change/"


_ADMIN = (
    Place("admin:index", "admin", "/admin/"),
    Place("admin:alerts_channel_add", "admin", _admin("alerts_channel") + "add/?kind=webhook",
          note="webhook"),
    Place("admin:alerts_channel_add", "admin", _admin("alerts_channel") + "add/?kind=apprise",
          note="apprise"),
    Place("admin:alerts_channel_add", "admin", _admin("alerts_channel") + "add/?kind=slack",
          note="slack"),
    *(Place("admin:alerts_schedule_add", "admin", f"{_admin('alerts_schedule')}add/?kind={kind}",
            note=kind) for kind in ("rotation", "calendar")),
    Place("admin:breakglass_scenario_import", "admin", "/admin/breakglass/scenario/import/"),
    *(Place(f"admin:{model}_changelist", "admin", _admin(model)) for model in (*CHANGED, *READ)),
    *(Place(f"admin:{model}_add", "admin", f"{_admin(model)}add/") for model in CHANGED),
    *(
        Place(f"admin:{model}_change", "admin", _admin(model), (_changing(model),))
        for model in (*CHANGED, *READ)
    ),
    *(
        Place(f"admin:{model}_history", "admin", _admin(model),
              (_changing(model), rf"{_admin(model)}[^/?\"]+/history/"))
        for model in CHANGED[:-1]
    ),
)  # fmt: skip

PLACES = (
    *_STRANGERS, *_EVERYBODY, *_REQUESTER, *_APPROVER, *_RESPONDER, *_REVIEWERS, *_CHANGES,
    *_SCENARIOS,
    *_ADMIN,
)  # fmt: skip

# Addresses (as shell patterns) that are no pages to look at, each with the reason.
_POST = "answers POST only, and leads to a page that is here"
ELSEWHERE = {
    "api-*": "the API has tests of its own; its documentation is here",
    "health": "the API has tests of its own",
    "live": "a stream of events, not a page",
    "counts": "figures for the rail, not a page",
    "request-part": "a fragment of the form that is here",
    "alert-unread": "as the alert that is here, where nobody has read one",
    "slack-actions": "Slack calls there: tests/alerts/test_slack_presses.py",
    "question": "leads to where a question is answered",
    "scenario-compare": "leads to the page of a difference, which is here",
    **dict.fromkeys(
        ("token-new", "token-revoke", "request-withdraw", "request-offer", "request-reference",
         "question-ask", "question-answer", "grant-end", "grant-way-in", "freeze", "freeze-keep",
         "freeze-lift", "substitute-end", "substitute-for-another",
         "alert-acknowledge", "alert-read-case", "alert-retry", "review-start", "review-close",
         "review-confirm", "review-dispute", "review-hand-over", "review-reassign", "review-reopen",
         "finding-new", "finding-owner",
         "obligation-new", "obligation-done", "obligation-waive", "obligation-hand-on",
         "campaign-decide", "campaign-sign-off", "campaign-take-over", "campaign-cancel", "looks",
         "pattern-aside", "pattern-again",
         "view-keep", "view-forget", "sessions-end", "test-mail",
         "ledger-verify", "difference-resolve", "ledger-compare",
         "hold-place", "hold-lift", "hold-keep",
         "admin:breakglass_scenario_archive", "admin:breakglass_scenario_back",
         "admin:targets_target_test", "admin:targets_source_token", "admin:alerts_channel_test",
         "admin:alerts_channel_people", "admin:alerts_schedule_cover",
         "admin:alerts_schedule_cover_end"), _POST),
    "admin:alerts_route_preview*": "a fragment of the form that is here",
    "*-sheet": "a table for a spreadsheet",
    "ledger-leaf": "bytes for a shell, not a page",
    "ledger-receipt": "a file for whoever keeps it",
    "campaign-pdf": "a file for whoever keeps it",
    "case-receipt": "a file for whoever keeps it",
    "case-file": "a file for whoever verifies it",
    "page-verifier": "opened from one's own disk: tests/audit/test_page_verifier.py",
    "bgverify": "a program for whoever verifies",
    "ledger-checkpoint": "a note for whoever keeps it",
    "ledger-policy": "a file for whoever verifies",
    "ledger-head-note": "a note for whoever keeps it",
    "ledger-tile": "a file for programs that verify",
    "set-up": "once, in an empty installation: tests/config/test_first_run.py",
    "account_email*": "switched off: addresses are changed by administrators",
    "account_confirm*": "addresses and codes are not confirmed by mail here",
    "account_set_password": "everybody has a password: leads to the page that changes it",
    "admin:login": "leads to the sign-in page, which is here",
    "admin:logout": _POST,
    "admin:password_change*": "the product's own page is here",
    "admin:auth_user_password_change": "one form field of the person's page",
    "admin:autocomplete": "answers a script, not a person",
    "admin:jsi18n": "answers a script, not a person",
    "admin:view_on_site": "a redirect",
    "admin:app_list": "part of the index",
    "admin:breakglass_scenario_preview*": "a fragment of the form that is here",
    "admin:breakglass_scenario_export": "a file to keep",
    "admin:usersessions_*": "everybody ends their own on their profile",
    "admin:*_delete": "nothing is deleted here",
    "admin:account_emailaddress_*": "addresses are changed with the person",
    "admin:accounts_apitoken_*": "as the lists that are here, and no more",
    "admin:breakglass_scenario_history": "its versions are on the page of the scenario",
    **dict.fromkeys((f"admin:{model}_add" for model in READ), "not added by hand"),
    **dict.fromkeys((f"admin:{model}_history" for model in READ), "the record shows it"),
    **dict.fromkeys((f"admin:{model}_*" for model in KEPT), "for superusers alone"),
}  # fmt: skip
