"""Administration: scenarios are edited here; whatever has a state is for looking only."""

from breakglass.admin import looking, panels, scenarios, watched

__all__ = ["looking", "panels", "scenarios", "watched"]
