import json

import pytest
from hypothesis import given
from people import PUSHED, TARGET, lockfile_of, lockfiles, person

from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import decode, digest, encode
from reconciler.lockfile.model import Lockfile, Outcome, Present, Rejected, Unconfirmed


def read(data: bytes, *, environment: str = "p", target: str = TARGET) -> Lockfile:
    return decode(data, environment=environment, target=target, file="panels/p/state.lock.json")


def problem_with(data: bytes, *, environment: str = "p", target: str = TARGET) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(data, environment=environment, target=target)
    return str(caught.value)


def test_the_format_is_the_contracts_to_the_byte() -> None:
    lockfile = Lockfile(
        "production",
        TARGET,
        members={
            "grace@example.org": Present(
                Outcome.EXISTING, PUSHED, person("grace", city="Zürich", firstName="Grace")
            ),
            "ada@example.org": Present(Outcome.ADDED, PUSHED, person("ada", firstName="Ada")),
        },
    )
    assert encode(lockfile).decode() == (
        "{\n"
        '"format": 1, "environment": "production", "target": "https://api.questionpro.eu/a/api/v2",\n'
        '"members": {\n'
        '"ada@example.org": {"outcome": "added", "pushed": "2026-11-23T09:00:00Z", '
        '"attributes": {"emailAddress": "ada@example.org", "firstName": "Ada"}},\n'
        '"grace@example.org": {"outcome": "existing", "pushed": "2026-11-23T09:00:00Z", '
        '"attributes": {"emailAddress": "grace@example.org", "firstName": "Grace", "city": "Zürich"}}\n'
        "}\n"
        "}\n"
    )


def test_nobody_at_all_is_a_section_with_a_line_end() -> None:
    assert encode(lockfile_of()).endswith(b'",\n"members": {\n}\n}\n')


BOB = '{"emailAddress": "bob@example.org"}'


def test_the_other_sections_stand_behind_members_and_only_where_they_hold_somebody() -> None:
    lockfile = lockfile_of(
        rejected={"bob@example.org": Rejected("no", PUSHED, person("bob"))},
        unconfirmed={"cy@example.org": Unconfirmed(PUSHED, person("cy"))},
    )
    assert encode(lockfile).decode().split("\n")[2:] == [
        '"members": {',
        "},",
        '"rejected": {',
        f'"bob@example.org": {{"reason": "no", "pushed": "{PUSHED}", "attributes": {BOB}}}',
        "},",
        '"unconfirmed": {',
        f'"cy@example.org": {{"pushed": "{PUSHED}", "attributes": {{"emailAddress": "cy@example.org"}}}}',
        "}",
        "}",
        "",
    ]


@given(lockfiles())
def test_reading_what_was_written_gives_it_back(lockfile: Lockfile) -> None:
    assert read(encode(lockfile)) == lockfile
    assert digest(read(encode(lockfile))) == digest(lockfile)


@given(lockfiles())
def test_equal_states_are_equal_bytes_whatever_their_order(lockfile: Lockfile) -> None:
    backwards = Lockfile(
        lockfile.environment,
        lockfile.target,
        members=dict(reversed([*lockfile.members.items()])),
        rejected=dict(reversed([*lockfile.rejected.items()])),
        unconfirmed=dict(reversed([*lockfile.unconfirmed.items()])),
    )
    assert encode(backwards) == encode(lockfile)
    assert digest(backwards) == digest(lockfile)


@given(lockfiles())
def test_each_entry_has_a_line_of_its_own(lockfile: Lockfile) -> None:
    entries = len(lockfile.members) + len(lockfile.rejected) + len(lockfile.unconfirmed)
    sections = 1 + bool(lockfile.rejected) + bool(lockfile.unconfirmed)
    assert encode(lockfile).count(b"\n") == entries + 2 * sections + 3


def test_a_lockfile_that_was_formatted_by_hand_is_still_read() -> None:
    pretty = json.dumps(json.loads(encode(lockfile_of(person("ada")))), indent=2).encode()
    assert read(pretty) == lockfile_of(person("ada"))


ADA_WHO_IS_EVE = encode(lockfile_of(person("ada"))).replace(b'": "ada@', b'": "eve@')
ODD_OPTION = encode(
    lockfile_of(person("ada", profileFields=[{"profileFieldId": 1, "value": ["@"]}]))
).replace(b'"@"', b"null")
ADA_TWICE = encode(lockfile_of(person("ada"), person("bob"))).replace(b"bob@example.org", b"ada@example.org")
TWO_SECTIONS = encode(
    lockfile_of(person("ada"), unconfirmed={"ada@example.org": Unconfirmed(PUSHED, person("ada"))})
)
CONFLICT = encode(lockfile_of(person("ada"))).replace(b'"ada', b'<<<<<<< ours\n"ada', 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "doesn't hold a JSON object"),
        (b"\xff{}", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (CONFLICT, "state.lock.json:4: The lockfile holds the marks of a merge conflict"),
        (encode(lockfile_of()).replace(b'"format": 1', b'"format": 2'), "format is 2"),
        (encode(lockfile_of()).replace(b'"format": 1', b'"format": true'), "format is true"),
        (encode(lockfile_of()).replace(b'"members"', b'"people"'), 'an unknown key "people"'),
        (encode(lockfile_of()).replace(b"{\n}", b"[]"), '"members" in the lockfile is not an object'),
        (b'{"format": 1, "environment": "p", "target": "%s"}' % TARGET.encode(), 'no "members"'),
        (encode(lockfile_of()).replace(b'"format": 1', b'"format": 1.0'), "format is 1.0"),
        (encode(lockfile_of()).replace(b'"format": 1', b'"format": ' + b"1" * 5000), "too large a number"),
        (encode(lockfile_of(person("ada"))).replace(b'"ada@e', b'"ADA@e', 1), "malformed: ADA@example.org"),
        (ADA_WHO_IS_EVE, "malformed: ada@example.org"),
        (encode(lockfile_of(person("ada"))).replace(b'"2026-', b'"x026-'), "malformed: ada@example.org"),
        (encode(lockfile_of(person("ada", firstName=5))), "malformed: ada@example.org"),
        (encode(lockfile_of(person("ada", referID="5"))), "malformed: ada@example.org"),
        (ODD_OPTION, "malformed: ada@example.org"),
        (
            encode(lockfile_of(person("ada", city="x"))).replace(b'"x"', b'"x", "city": "y"'),
            "key twice: city",
        ),
        (encode(lockfile_of(person("ada"))).replace(b'"added"', b'"guessed"'), "malformed: ada@example.org"),
        (
            encode(lockfile_of(person("ada"))).replace(b'"emailAddress"', b'"email"'),
            "malformed: ada@example.org",
        ),
        (encode(lockfile_of(person("ada", city="x"))).replace(b'"x"', b"null"), "malformed: ada@example.org"),
        (ADA_TWICE, "one key twice: ada@example.org"),
        (TWO_SECTIONS, "one person in two sections: ada@example.org"),
    ],
)
def test_a_lockfile_that_cannot_be_read_is_an_error_and_never_an_empty_state(data: bytes, words: str) -> None:
    assert words in problem_with(data)


def test_a_lockfile_of_another_environment_or_target_is_an_error() -> None:
    data = encode(lockfile_of())
    assert 'belongs to environment "p", not to "q"' in problem_with(data, environment="q")
    assert "belongs to target" in problem_with(data, target="embedded")
