"""Pages of requests, cases, decisions and what is open now."""

from django.urls import path

from breakglass.views.case import (
    case,
    case_file,
    case_paper,
    case_receipt,
    grant_end,
    grant_more_time,
    grant_revoke,
    grant_way_in,
    request_offer,
    request_reference,
    request_withdraw,
)
from breakglass.views.cases import cases, cases_sheet
from breakglass.views.changes import change, changes
from breakglass.views.decide import decide, decision, decision_link
from breakglass.views.home import home
from breakglass.views.now import freeze, freeze_keep, freeze_lift, now
from breakglass.views.questions import question, question_answer, question_ask
from breakglass.views.request_new import request_new, request_part
from breakglass.views.scenarios import (
    scenario,
    scenario_compare,
    scenario_diff,
    scenario_version,
    scenarios,
)
from breakglass.views.simulator import simulator
from breakglass.views.substitutes import substitute_end, substitute_for_another, substitutes

urlpatterns = [
    path("", home, name="home"),
    path("request/", request_new, name="request-new"),
    path("request/<str:part>/", request_part, name="request-part"),
    path("requests/<uuid:pk>/withdraw/", request_withdraw, name="request-withdraw"),
    path("requests/<uuid:pk>/reference/", request_reference, name="request-reference"),
    path("requests/<uuid:pk>/offer/", request_offer, name="request-offer"),
    path("requests/<uuid:pk>/questions/", question_ask, name="question-ask"),
    path("questions/<uuid:pk>/", question, name="question"),
    path("questions/<uuid:pk>/answer/", question_answer, name="question-answer"),
    path("grants/<uuid:pk>/end/", grant_end, name="grant-end"),
    path("grants/<uuid:pk>/revoke/", grant_revoke, name="grant-revoke"),
    path("grants/<uuid:pk>/more-time/", grant_more_time, name="grant-more-time"),
    path("grants/<uuid:pk>/doors/<slug:target>/", grant_way_in, name="grant-way-in"),
    path("cases/", cases, name="cases"),
    path("cases.csv", cases_sheet, name="cases-sheet"),
    path("cases/<int:number>/", case, name="case"),
    path("cases/<int:number>/paper/", case_paper, name="case-paper"),
    path("cases/<int:number>/file", case_file, name="case-file"),
    path("cases/<int:number>/receipt", case_receipt, name="case-receipt"),
    path("changes/", changes, name="changes"),
    path("changes/<uuid:pk>/", change, name="change"),
    path("decide/", decide, name="decide"),
    path("decide/<uuid:pk>/", decision, name="decision"),
    path("d/<str:token>/", decision_link, name="decision-link"),
    path("now/", now, name="now"),
    path("now/freeze/", freeze, name="freeze"),
    path("now/freezes/<uuid:pk>/lift/", freeze_lift, name="freeze-lift"),
    path("now/freezes/<uuid:pk>/keep/", freeze_keep, name="freeze-keep"),
    path("scenarios/", scenarios, name="scenarios"),
    path("scenarios/<slug:slug>/", scenario, name="scenario"),
    path("scenarios/<slug:slug>/compare/", scenario_compare, name="scenario-compare"),
    path("scenarios/<slug:slug>/<int:number>/", scenario_version, name="scenario-version"),
    path("scenarios/<slug:slug>/<int:first>-<int:second>/", scenario_diff, name="scenario-diff"),
    path("profile/substitutes/", substitutes, name="substitutes"),
    path("profile/substitutes/away/", substitute_for_another, name="substitute-for-another"),
    path("profile/substitutes/<uuid:pk>/end/", substitute_end, name="substitute-end"),
    path("simulator/", simulator, name="simulator"),
]
