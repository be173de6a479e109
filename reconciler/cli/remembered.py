"""Plans of large environments that are known already: nothing changed since there was nothing to do."""

from pathlib import Path

from reconciler.apply.journal import journal_path
from reconciler.environment.reader import try_environment
from reconciler.plan.model import Plan
from reconciler.verdict.inputs import inputs_of
from reconciler.verdict.memory import recall, remember
from reconciler.verdict.model import plan_of, verdict_of


class Remembered:
    """What is known of one environment's plan; all of it is looked at before anything is read for a plan."""

    def __init__(self, panels: Path, name: str, today: str) -> None:
        """Look at the files. `today` is the day that the plan is made for, written 2027-01-31.

        Raises:
            InvalidInput: there is no environment of this name.
        """
        self._environment = try_environment(panels, name).environment
        self._today = today
        self._inputs = self._inputs_now()

    def plan(self) -> Plan | None:
        """The plan that was made of just these files; None where that isn't known for sure."""
        if self._environment is None or self._inputs is None:
            return None
        verdict = recall(self._environment, self._inputs)
        return plan_of(verdict, self._environment) if verdict else None

    def keep(self, plan: Plan) -> None:
        """Remember a plan that was made meanwhile, if it is worth it and nothing moved under it."""
        if self._environment is None or self._inputs is None:
            return
        verdict = verdict_of(plan, self._inputs)
        if verdict is not None and self._inputs_now() == self._inputs:
            remember(self._environment, verdict)

    def _inputs_now(self) -> str | None:
        """The hash of what a plan would be made from. The journal of an interrupted run would add to that."""
        # As for a plan, the journal is looked for before the lockfile: a run that ends meanwhile is counted.
        if self._environment is None or journal_path(self._environment).exists():
            return None
        return inputs_of(self._environment, self._today)
