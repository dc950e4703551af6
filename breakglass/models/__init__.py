from breakglass.models.change import ProposedChange
from breakglass.models.decision import Decision
from breakglass.models.freeze import Freeze
from breakglass.models.grant import Grant
from breakglass.models.link import DecisionLink
from breakglass.models.question import Question
from breakglass.models.request import Request
from breakglass.models.scenario import (
    ApprovalStep,
    GroupPermit,
    Permit,
    Scenario,
    ScenarioVersion,
    permits_of,
    scenarios_of,
)
from breakglass.models.substitution import Substitution, lent_to
from breakglass.models.waiver import Waiver

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
    "Substitution",
    "Waiver",
    "lent_to",
    "permits_of",
    "scenarios_of",
]
