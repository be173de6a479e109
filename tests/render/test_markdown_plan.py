from plans import CIRCUMSTANCES, FILE, TOO_MANY_LEAVE, add, adds, change, plan_of, rejected, remove

from reconciler.plan.model import FieldChange, Plan
from reconciler.render.markdown_fit import COMMENT_BYTES
from reconciler.render.markdown_plan import markdown_plan
from reconciler.render.showing import RenderOptions


def shown(plan: Plan, showing: RenderOptions | None = None) -> str:
    return markdown_plan(plan, showing or RenderOptions(), CIRCUMSTANCES)


def test_each_action_has_a_table_with_who_and_where() -> None:
    text = shown(plan_of(add(doubtful=True), change(), remove(), rejected("Invalid | birthday")))
    assert f"| `grace@example.org` | `{FILE}:9` | sent before without an answer |" in text
    assert f'| `ada@example.org` | `{FILE}:12` | `custom1`: `"a"` → `"b"` |' in text
    assert "| `bob@example.org` | forget |" in text
    assert f"| `eve@example.org` | `{FILE}:3` | `Invalid \\| birthday` |" in text


def test_it_says_the_same_as_the_text() -> None:
    text = shown(plan_of(add(), remove(), refusals=[TOO_MANY_LEAVE], has_lockfile=False))
    assert "**Warning.** There is no lockfile" in text
    assert "**Refusal.** Apply would refuse this: 60 of 100 members would be removed" in text
    assert f"- 1 from `{FILE}`" in text
    assert "they stay in the panel" in text
    assert "- Cost: 1 call, about 0.2 seconds" in text
    assert "- Digest: `sha256:5ca1ab1e`" in text
    assert "- Next: if it is meant, `reconciler apply production --allow remove`" in text


def test_a_field_that_is_not_declared_is_no_value() -> None:
    assert '`city`: not declared → `"Paris"`' in shown(plan_of(change(FieldChange("city", None, "Paris"))))


def test_a_short_table_is_open_and_a_long_one_folds_away() -> None:
    assert "<details>" not in shown(plan_of(*adds(20)))
    assert "<details><summary>21 of 21 members</summary>\n\n| member |" in shown(plan_of(*adds(21)))


def test_a_plan_of_five_thousand_additions_fits_into_a_comment() -> None:
    text = shown(plan_of(*adds(5000)))
    assert len(text) < COMMENT_BYTES
    assert "… and 4900 more. To see all: `--full --only add`" in text


def test_tables_are_cut_further_where_values_are_long() -> None:
    fields = [FieldChange(f"custom{number}", "x" * 150, "y" * 150) for number in range(1, 6)]
    text = shown(plan_of(*(change(*fields, name=f"m{number}") for number in range(300))))
    assert len(text) < COMMENT_BYTES
    assert "more. To see all:" in text


def test_full_is_never_cut() -> None:
    text = shown(plan_of(*adds(2000)), RenderOptions(full=True))
    assert text.count("| `member") == 2000


def test_only_lists_the_actions_asked_for() -> None:
    text = shown(plan_of(add(), remove()), RenderOptions(only=frozenset({"remove"})))
    assert "grace" not in text
    assert "bob" in text
