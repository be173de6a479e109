import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import PUSHED, TARGET, lockfile_of, lockfiles, person

from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import decode, digest, encode, is_same_state
from reconciler.lockfile.model import SECTIONS, Lockfile, Outcome, Present, Rejected, Unconfirmed, Undelivered
from reconciler.problems import Problem


def read(data: bytes, *, environment: str = "p", target: str = TARGET) -> Lockfile:
    return decode(data, environment=environment, target=target, file="panels/p/state.lock.json")


def problem_with(data: bytes, *, environment: str = "p", target: str = TARGET) -> Problem:
    with pytest.raises(InvalidInput) as caught:
        read(data, environment=environment, target=target)
    (problem,) = caught.value.problems
    return problem


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
        '"format":1,"environment":"production","target":"https://api.questionpro.eu/a/api/v2",\n'
        '"members":{\n'
        '"ada@example.org":{"outcome":"added","pushed":"2026-11-23T09:00:00Z",'
        '"attributes":{"emailAddress":"ada@example.org","firstName":"Ada"}},\n'
        '"grace@example.org":{"outcome":"existing","pushed":"2026-11-23T09:00:00Z",'
        '"attributes":{"emailAddress":"grace@example.org","firstName":"Grace","city":"Zürich"}}\n'
        "}\n"
        "}\n"
    )


def test_nobody_at_all_is_a_section_with_a_line_end() -> None:
    assert encode(lockfile_of()).endswith(b'",\n"members":{\n}\n}\n')


BOB = '{"emailAddress":"bob@example.org"}'


def test_the_other_sections_follow_members_and_only_if_they_hold_someone() -> None:
    lockfile = lockfile_of(
        rejected={"bob@example.org": Rejected("no", PUSHED, person("bob"))},
        unconfirmed={"cy@example.org": Unconfirmed(PUSHED, person("cy"))},
    )
    assert encode(lockfile).decode().split("\n")[2:] == [
        '"members":{',
        "},",
        '"rejected":{',
        f'"bob@example.org":{{"reason":"no","pushed":"{PUSHED}","attributes":{BOB}}}',
        "},",
        '"unconfirmed":{',
        f'"cy@example.org":{{"pushed":"{PUSHED}","attributes":{{"emailAddress":"cy@example.org"}}}}',
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
        departed=dict(reversed([*lockfile.departed.items()])),
    )
    assert encode(backwards) == encode(lockfile)
    assert digest(backwards) == digest(lockfile)


@given(lockfiles())
def test_each_entry_has_a_line_of_its_own(lockfile: Lockfile) -> None:
    others = [section for name in SECTIONS[1:] if (section := getattr(lockfile, name))]
    entries = sum(map(len, (lockfile.members, *others)))
    assert encode(lockfile).count(b"\n") == entries + 2 * (1 + len(others)) + 3


def respaced(lockfile: Lockfile, **options: Any) -> bytes:
    """The same lockfile as another writer of JSON writes it."""
    return json.dumps(json.loads(encode(lockfile)), **options).encode()


def as_older_versions_wrote(lockfile: Lockfile) -> bytes:
    """The same lockfile, one member a line, with blanks behind commas and colons."""
    document = json.loads(encode(lockfile))
    members = document.pop("members")
    lines = ",\n".join(json.dumps({key: entry}, ensure_ascii=False)[1:-1] for key, entry in members.items())
    return f'{{\n{json.dumps(document)[1:-1]},\n"members": {{\n{lines}\n}}\n}}\n'.encode()


def test_what_older_versions_wrote_is_the_same_state() -> None:
    lockfile = lockfile_of(person("ada", city="Zürich", referID=5), person("bob"))
    older = as_older_versions_wrote(lockfile)
    assert b'"ada@example.org": {"outcome": "added", "pushed": "' in older
    assert read(older) == lockfile
    assert digest(read(older)) == digest(lockfile)
    assert is_same_state(older, encode(lockfile))


@given(lockfiles(), st.sampled_from([{"indent": 2}, {"ensure_ascii": False}, {"separators": (" ,", " : ")}]))
def test_white_space_and_escapes_are_no_difference(lockfile: Lockfile, options: dict[str, Any]) -> None:
    other = respaced(lockfile, **options)
    assert read(other) == lockfile
    assert digest(read(other)) == digest(lockfile)
    assert is_same_state(encode(lockfile), other)


@given(lockfiles(), lockfiles())
def test_two_files_are_the_same_state_only_if_they_record_the_same(one: Lockfile, other: Lockfile) -> None:
    assert is_same_state(encode(one), encode(other)) == (one == other)


def test_a_file_that_cannot_be_read_is_the_same_state_as_itself_alone() -> None:
    assert is_same_state(b"{", b"{")
    assert not is_same_state(b"{", b"{ ")
    assert not is_same_state(b"{", encode(lockfile_of()))


def test_lines_and_fields_in_another_order_are_read_and_written_back_in_order() -> None:
    lockfile = lockfile_of(person("ada", city="x"), person("bob"))
    document = json.loads(encode(lockfile))
    for entry in document["members"].values():
        entry["attributes"] = dict(reversed(entry["attributes"].items()))
    document["members"] = dict(reversed(document["members"].items()))
    assert encode(read(json.dumps(document).encode())) == encode(lockfile)


def ada(**fields: Any) -> bytes:
    return encode(lockfile_of(person("ada", **fields)))


FORMATLESS = b'{"format":1,"environment":"p","target":"%s"}' % TARGET.encode()
EMPTY = encode(lockfile_of())
ADA_WHO_IS_EVE = ada().replace(b'":"ada@', b'":"eve@')
ODD_OPTION = ada(profileFields=[{"profileFieldId": 1, "value": ["@"]}]).replace(b'"@"', b"null")
UNKNOWN_PART = ada(profileFields=[{"profileFieldId": 1, "value": "@"}]).replace(b'"@"', b'"@","more":1')
ADA_TWICE = encode(lockfile_of(person("ada"), person("bob"))).replace(b"bob@example.org", b"ada@example.org")
TWO_SECTIONS = encode(
    lockfile_of(person("ada"), unconfirmed={"ada@example.org": Unconfirmed(PUSHED, person("ada"))})
)
CONFLICT = ada().replace(b'"ada', b'<<<<<<< ours\n"ada', 1)
NOTED = encode(
    Lockfile(
        "p",
        TARGET,
        {
            "ada@example.org": Present(
                Outcome.ADDED, PUSHED, person("ada"), Undelivered("delete", "no", PUSHED)
            )
        },
    )
)
REFUSED = encode(
    lockfile_of(rejected={"ada@example.org": Rejected("no", PUSHED, person("ada"), doubtful=True)})
)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "not JSON"),
        (b"[]", None, "doesn't hold a JSON object"),
        (b"{\n\xff}", 2, "not UTF-8"),
        (b"[" * 100_000, None, "nested too deeply"),
        (CONFLICT, 4, "the markers of a merge conflict"),
        (EMPTY.replace(b'"format":1', b'"format":2'), None, "format is 2"),
        (EMPTY.replace(b'"format":1', b'"format":true'), None, "format is true"),
        (EMPTY.replace(b'"format":1', b'"format":1.0'), None, "format is 1.0"),
        (EMPTY.replace(b'"format":1', b'"format":' + b"1" * 5000), None, "a number that is too large"),
        (EMPTY.replace(b'"members"', b'"people"'), 3, 'an unknown key "people"'),
        (EMPTY.replace(b'"p"', b'""'), 2, 'environment is ""'),
        (EMPTY.replace(b"{\n}", b"[]"), 3, '"members" in the lockfile is not an object'),
        (FORMATLESS, None, 'no "members"'),
        (ada().replace(b'"ada@e', b'"ADA@e', 1), 4, "malformed: ADA@example.org"),
        (ADA_WHO_IS_EVE, 4, "malformed: ada@example.org"),
        (ada().replace(b'"2026-', b'"x026-'), 4, "malformed: ada@example.org"),
        (ada().replace(b'"ada@example.org"}', b'"not an address"}'), 4, "malformed: ada@example.org"),
        (ada(firstName=5), 4, "malformed at attributes.firstName: ada@example.org"),
        (ada(referID="5"), 4, "malformed at attributes.referID: ada@example.org"),
        (ada(referID=5).replace(b":5", b":5.0"), 4, "malformed at attributes.referID: ada@example.org"),
        (ada(referID=5).replace(b":5", b":true"), 4, "malformed at attributes.referID: ada@example.org"),
        (ODD_OPTION, 4, "malformed at attributes.profileFields"),
        (UNKNOWN_PART, 4, "malformed: ada@example.org"),
        (ada(city="x").replace(b'"x"', b'"x","city":"y"'), 4, "key twice: city"),
        (ada(city="x").replace(b'"x"', b'"\\ud800"'), 4, "malformed: ada@example.org"),
        (ada(city="x").replace(b'"x"', b"null"), 4, "malformed at attributes.city: ada@example.org"),
        (ada().replace(b'"added"', b'"guessed"'), 4, "malformed at outcome: ada@example.org"),
        (ada().replace(b'"emailAddress"', b'"email"'), 4, "malformed at attributes: ada@example.org"),
        (ada(city="x").replace(b'"city"', b'"town"'), 4, "malformed: ada@example.org"),
        (NOTED.replace(b'"delete"', b'"change"'), 4, "malformed: ada@example.org"),
        (NOTED.replace(b'"delete"', b'"forget"'), 4, "malformed: ada@example.org"),
        (REFUSED.replace(b'"doubtful":true', b'"doubtful":false'), 6, "malformed: ada@example.org"),
        (ADA_TWICE, 5, "one key twice: ada@example.org"),
        (TWO_SECTIONS, 7, "one person in two sections: ada@example.org"),
    ],
)
def test_a_lockfile_that_cannot_be_read_is_an_error_and_never_an_empty_state(
    data: bytes, line: int | None, words: str
) -> None:
    problem = problem_with(data)
    assert words in str(problem)
    assert problem.location is not None
    assert problem.location.line == line
    assert problem.hint


@pytest.mark.parametrize("format_", [json.dumps("x" * 100_000), json.dumps({"a": ["(" * 100_000]})])
def test_a_long_text_in_the_place_of_a_name_is_cut(format_: str) -> None:
    problem = problem_with(EMPTY.replace(b'"format":1', f'"format":{format_}'.encode()))
    assert len(str(problem)) < 300


def test_a_lockfile_of_another_environment_or_target_is_an_error() -> None:
    assert 'belongs to environment "p", not to "q"' in str(problem_with(EMPTY, environment="q"))
    assert "belongs to target" in str(problem_with(EMPTY, target="embedded"))


def test_a_target_with_the_port_that_https_implies_is_the_same_target() -> None:
    older = EMPTY.replace(b"questionpro.eu/", b"questionpro.eu:443/")
    assert older != EMPTY
    assert read(older) == lockfile_of()
    assert digest(read(older)) == digest(lockfile_of())
    assert "belongs to target" in str(problem_with(EMPTY.replace(b".eu/", b".eu:444/")))
