"""Plans of large environments that are known already: nothing changed since there was nothing to do."""

from pathlib import Path

from reconciler.apply.journal import journal_path
from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.plan.model import Plan
from reconciler.verdict.inputs import Contents, declared_in, hash_of, lockfile_of, lockfile_of_digest
from reconciler.verdict.memory import holds_anything, recall, remember
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
        self._declared = self._declared_now()
        # The content of a lockfile that is a file is known by the time that a plan was made from it.
        branch = self._environment.lockfile_branch if self._environment else None
        self._published = lockfile_of(self._environment) if self._environment and branch else None

    def plan(self) -> Plan | None:
        """The plan that was made of just these files; None where that isn't known for sure."""
        if self._environment is None or self._declared is None or not holds_anything(self._environment):
            return None
        lockfile = self._published or lockfile_of(self._environment)
        if lockfile is None:
            return None
        verdict = recall(self._environment, hash_of(self._environment, self._today, self._declared, lockfile))
        return plan_of(verdict, self._environment) if verdict else None

    def keep(self, plan: Plan) -> None:
        """Remember a plan that was made meanwhile, if it is worth it and nothing moved under it."""
        if self._environment is None or self._declared is None:
            return
        lockfile = self._lockfile(self._environment, plan)
        if lockfile is None:
            return
        verdict = verdict_of(plan, hash_of(self._environment, self._today, self._declared, lockfile))
        if verdict is not None and self._declared_now() == self._declared:
            remember(self._environment, verdict)

    def _declared_now(self) -> Contents | None:
        """What a plan would be made from, but for the lockfile; a journal would add to that."""
        # As for a plan, the journal is looked for before the lockfile: a run that ends meanwhile is counted.
        if self._environment is None or journal_path(self._environment).exists():
            return None
        return declared_in(self._environment)

    def _lockfile(self, environment: Environment, plan: Plan) -> Contents | None:
        """The lockfile that a plan was made from; None where it is another by now."""
        if environment.lockfile_branch is None:
            return lockfile_of_digest(plan.lockfile_digest)
        return self._published if lockfile_of(environment) == self._published else None
