"""Pages of this room."""

from django.urls import path

from reviews.campaigns.views import (
    campaign,
    campaign_cancel,
    campaign_decide,
    campaign_new,
    campaign_pdf,
    campaign_report,
    campaign_sheet,
    campaign_sign_off,
    campaign_take_over,
    campaigns,
)
from reviews.nights.views import pattern_again, pattern_aside, reports, reports_sheet
from reviews.views.dashboard import dashboard, dashboard_sheet
from reviews.views.finding import finding, finding_owner
from reviews.views.lists import findings, findings_sheet, reviews, reviews_sheet
from reviews.views.obligations import (
    obligation,
    obligation_done,
    obligation_hand_on,
    obligation_waive,
    obligations,
    obligations_sheet,
)
from reviews.views.review import (
    finding_new,
    obligation_new,
    review,
    review_close,
    review_confirm,
    review_dispute,
    review_hand_over,
    review_reassign,
    review_reopen,
    review_start,
)
from reviews.views.seal import case_seal

urlpatterns = [
    path("reviews/", reviews, name="reviews"),
    path("reviews.csv", reviews_sheet, name="reviews-sheet"),
    path("reviews/<uuid:pk>/", review, name="review"),
    path("reviews/<uuid:pk>/start/", review_start, name="review-start"),
    path("reviews/<uuid:pk>/verdict/", review_close, name="review-close"),
    path("reviews/<uuid:pk>/confirm/", review_confirm, name="review-confirm"),
    path("reviews/<uuid:pk>/dispute/", review_dispute, name="review-dispute"),
    path("reviews/<uuid:pk>/give-back/", review_hand_over, name="review-hand-over"),
    path("reviews/<uuid:pk>/reopen/", review_reopen, name="review-reopen"),
    path("reviews/<uuid:pk>/turn/", review_reassign, name="review-reassign"),
    path("reviews/<uuid:pk>/findings/", finding_new, name="finding-new"),
    path("cases/<int:number>/seal/", case_seal, name="case-seal"),
    path("findings/", findings, name="findings"),
    path("findings.csv", findings_sheet, name="findings-sheet"),
    path("findings/<uuid:pk>/", finding, name="finding"),
    path("findings/<uuid:pk>/owner/", finding_owner, name="finding-owner"),
    path("reviews/<uuid:pk>/obligations/", obligation_new, name="obligation-new"),
    path("obligations/", obligations, name="obligations"),
    path("obligations.csv", obligations_sheet, name="obligations-sheet"),
    path("obligations/<uuid:pk>/", obligation, name="obligation"),
    path("obligations/<uuid:pk>/done/", obligation_done, name="obligation-done"),
    path("obligations/<uuid:pk>/waive/", obligation_waive, name="obligation-waive"),
    path("obligations/<uuid:pk>/hand-on/", obligation_hand_on, name="obligation-hand-on"),
    path("campaigns/", campaigns, name="campaigns"),
    path("campaigns/new/", campaign_new, name="campaign-new"),
    path("campaigns/<uuid:pk>/", campaign, name="campaign"),
    path("campaigns/<uuid:pk>/decide/", campaign_decide, name="campaign-decide"),
    path("campaigns/<uuid:pk>/sign-off/", campaign_sign_off, name="campaign-sign-off"),
    path("campaigns/<uuid:pk>/take-over/", campaign_take_over, name="campaign-take-over"),
    path("campaigns/<uuid:pk>/cancel/", campaign_cancel, name="campaign-cancel"),
    path("campaigns/<uuid:pk>/report/", campaign_report, name="campaign-report"),
    path("campaigns/<uuid:pk>/report.pdf", campaign_pdf, name="campaign-pdf"),
    path("campaigns/<uuid:pk>.csv", campaign_sheet, name="campaign-sheet"),
    path("reports/", reports, name="reports"),
    path("reports.csv", reports_sheet, name="reports-sheet"),
    path("reports/<uuid:pk>/aside/", pattern_aside, name="pattern-aside"),
    path("reports/<uuid:pk>/again/", pattern_again, name="pattern-again"),
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/<slug:table>.csv", dashboard_sheet, name="dashboard-sheet"),
]
