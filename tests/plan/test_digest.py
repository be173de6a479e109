from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from people import environment_of, lockfile_of, lockfiles, person, present, roster_of, rosters

from reconciler.environment.model import Api, Limit
from reconciler.lockfile.model import Lockfile
from reconciler.plan.planner import make_plan
from reconciler.roster.model import Declaration, Roster

ADA = person("ada", firstName="Ada")


@given(roster=rosters(), lockfile=lockfiles(), randomly=st.randoms())
def test_equal_inputs_give_equal_digests_whatever_their_order_and_place(
    roster: Roster, lockfile: Lockfile, randomly: st.DataObject
) -> None:
    declared = [*roster.members.items()]
    randomly.shuffle(declared)  # type: ignore[attr-defined] # hypothesis types st.randoms() as Random only for callers
    moved = Roster({key: Declaration(d.attributes, "elsewhere.csv", d.line + 7) for key, d in declared})
    known = [*lockfile.members.items()]
    randomly.shuffle(known)  # type: ignore[attr-defined] # as above
    one = make_plan(environment_of(), roster, lockfile)
    other = make_plan(environment_of(), moved, replace(lockfile, members=dict(known)))
    assert (one.digest, one.roster_digest, one.lockfile_digest) == (
        other.digest,
        other.roster_digest,
        other.lockfile_digest,
    )


def test_what_is_sent_where_to_and_from_which_lockfile_are_part_of_the_digest() -> None:
    here, elsewhere = environment_of(), environment_of(target="https://api.questionpro.com/a/api/v2")
    roster = roster_of(ADA)
    later = structs.replace(present(ADA), pushed="2027-01-01T00:00:00Z")
    plans = [
        make_plan(here, roster, None),
        make_plan(here, roster_of(ADA | {"firstName": "Eda"}), None),
        make_plan(elsewhere, roster, None),
        make_plan(here, roster, lockfile_of()),
        make_plan(here, roster, lockfile_of(ADA)),
        make_plan(here, roster, lockfile_of(ADA).with_entries({"ada@example.org": later})),
    ]
    assert len({plan.digest for plan in plans}) == len(plans)


def test_cost_and_guards_are_no_part_of_the_digest() -> None:
    limited = environment_of(api=Api(batch_size=1, call_allowance=7), add=Limit(count=0))
    dearer = make_plan(limited, roster_of(ADA), None)
    assert dearer.refusals
    assert dearer.digest == make_plan(environment_of(), roster_of(ADA), None).digest


def test_digests_stay_what_they_are_from_version_to_version() -> None:
    roster = roster_of(
        person("ada", firstName="Ada", city="Zürich\x7f", referID=5, custom1='say "x" \\ \n'),
        person(
            "bob",
            zipCode="02134",
            profileFields=[
                {"profileFieldId": 7, "value": [3, "a", 1]},
                {"profileFieldId": 1, "value": {"state": "x", "city": "y"}},
            ],
        ),
        person("cy", profileFields=[]),
    )
    plan = make_plan(environment_of(), roster, lockfile_of(person("ada", firstName="Eda"), person("dan")))
    assert (plan.roster_digest, plan.lockfile_digest, plan.digest) == (
        "sha256:b86c0d799b4db25ce68d21acafe5255bbcc2683258e8ad930f4b8e7afa885f3c",
        "sha256:05d3491f83cb7170ccb31b3d92eecf8efea492774c8814146f838f6c60f91081",
        "sha256:97f946f272408bf8a42c2bbcedf88d24595a3c93d8b3be0fc623dbb0a2175206",
    )
