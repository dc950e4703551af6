from breakglass.models.change import ProposedChange
from breakglass.models.freeze import Freeze
from breakglass.models.grant import Grant
from breakglass.models.link import DecisionLink
from breakglass.models.question import Question
from breakglass.models.request import Decision, Request
from breakglass.models.scenario import (
    ApprovalStep,
    GroupPermit,
    Permit,
    Scenario,
    ScenarioVersion,
    permits_of,
    scenarios_of,
)

__all__ = [
    "ApprovalStep",
    "Decision",
    "DecisionLink",
    "Freeze",
    "Grant",
    "GroupPermit",
    "Permit",
    "ProposedChange",
    "Question",
    "Request",
    "Scenario",
    "ScenarioVersion",
    "permits_of",
    "scenarios_of",
]
