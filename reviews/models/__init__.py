from reviews.models.campaign import Campaign, CampaignItem, CampaignItemQuerySet, CampaignQuerySet
from reviews.models.earlier import EarlierVerdict
from reviews.models.finding import Finding, FindingQuerySet
from reviews.models.judged import Gravity, JudgedAction, JudgedCase
from reviews.models.obligation import Obligation, ObligationQuerySet
from reviews.models.opinion import Opinion, OpinionQuerySet
from reviews.models.pattern import HeldSince, NightReport, Pattern, PatternQuerySet
from reviews.models.report import MonthReport
from reviews.models.review import Review, ReviewQuerySet
from reviews.models.span import Answers, Cell, Crew, CrewCell, Span
from reviews.models.unusual import UnusualMemory

__all__ = [
    "Answers",
    "Campaign",
    "CampaignItem",
    "CampaignItemQuerySet",
    "CampaignQuerySet",
    "Cell",
    "Crew",
    "CrewCell",
    "EarlierVerdict",
    "Finding",
    "FindingQuerySet",
    "Gravity",
    "HeldSince",
    "JudgedAction",
    "JudgedCase",
    "MonthReport",
    "NightReport",
    "Obligation",
    "ObligationQuerySet",
    "Opinion",
    "OpinionQuerySet",
    "Pattern",
    "PatternQuerySet",
    "Review",
    "ReviewQuerySet",
    "Span",
    "UnusualMemory",
]
