"""Apply of all environments, one behind the other; one that fails stops only those that come after it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.apply.report import Report
from reconciler.apply.signals import interruptible, uninterruptible
from reconciler.cli.precedence import held_back
from reconciler.cli.reported import Request, crashed, is_shown, not_begun, reported, tell, tell_problems
from reconciler.environment.reader import try_environment
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, EXIT_INTERRUPTED, EXIT_INVALID, EXIT_REFUSED
from reconciler.render.sentence import report_sentence
from reconciler.render.view import Format

_GRAVEST_FIRST = (EXIT_INVALID, EXIT_REFUSED, EXIT_INCOMPLETE, EXIT_INTERRUPTED)


class ApplyAll:
    """The reports as they come; each environment has one at any moment, whatever ends the process."""

    def __init__(self, request: Request, names: Sequence[str]) -> None:
        """Nothing has begun yet; `names` stand in the order in which they are applied."""
        self._request = request
        self._names = names
        self._ended: dict[str, Report] = {}
        self._told: set[str] = set()

    @property
    def reports(self) -> tuple[Report, ...]:
        """One for each environment, in their order."""
        return tuple(self._ended.get(name) or crashed(name) for name in self._names)

    @property
    def exit_code(self) -> int:
        """The gravest of all; interrupted *before anything began* only where nothing had."""
        codes = {report.exit_code for report in self.reports}
        code = next((code for code in _GRAVEST_FIRST if code in codes), EXIT_DONE)
        has_begun = any(report.calls or report.wrote_lockfile for report in self._ended.values())
        return EXIT_INCOMPLETE if code == EXIT_INTERRUPTED and has_begun else code

    def carry_out(self) -> None:
        """Apply each in its turn, and tell of it; those whose turn a signal took are told too."""
        try:
            with interruptible():
                for name in self._names:
                    self._begin_paragraph()
                    self._ended[name] = self._report(name)
                    with uninterruptible():
                        self._tell(name)
        except KeyboardInterrupt:  # between two of them: while one is applied, its report says so
            with uninterruptible():
                self._give_up()

    def _give_up(self) -> None:
        for name in self._names:
            if name not in self._told:
                self._ended.setdefault(name, not_begun(name))
                self._tell(name)

    def _report(self, name: str) -> Report:
        if any(report.was_interrupted for report in self._ended.values()):
            return not_begun(name)
        failed = [other for other in self._before(name) if self._ended[other].exit_code != EXIT_DONE]
        if failed:
            problems = tuple(held_back(name, other) for other in failed)
            return Report(name, problems=problems, failure=EXIT_REFUSED)
        return reported(self._with_calls_left(), name)

    def _before(self, name: str) -> Iterator[str]:
        after = try_environment(self._request.invocation.panels, name).after
        return (other for other in after if other in self._ended)

    def _with_calls_left(self) -> Request:
        """`--max-calls` is what all of them may spend together."""
        wishes = self._request.wishes
        if wishes.most_calls is None:
            return self._request
        left = max(0, wishes.most_calls - sum(report.calls for report in self._ended.values()))
        return replace(self._request, wishes=replace(wishes, most_calls=left))

    def _tell(self, name: str) -> None:
        invocation, report = self._request.invocation, self._ended[name]
        self._told.add(name)
        if invocation.format is Format.JSON:  # one object at the end holds them all
            tell_problems(invocation, report)
            return
        tell(invocation, report)
        if not is_shown(invocation, report):  # among others, also the end of one that never began is a result
            invocation.show(f"{report_sentence(report)}\n")

    def _begin_paragraph(self) -> None:
        if self._told and self._request.invocation.format is not Format.JSON:
            self._request.invocation.show("\n")
