"""The codes of warnings, each with what it is about. `warnings: {ignore: [code]}` accepts one."""

CORRECTED_ADDRESS = "corrected-address"

WARNINGS = {
    "mistyped-domain": "the domain looks like a misspelled one",
    "unknown-domain": "the domain has an ending that does not exist on the internet",
    "test-domain": "the domain is reserved for examples and tests",
    "odd-letters": "the address has invisible characters, or letters that look like others",
    "role-address": "the address belongs to a role, not to a person",
    CORRECTED_ADDRESS: "one member leaves and another with a nearly equal address is added",
    "similar-members": "two members have equal names and nearly equal addresses",
    "was-unsubscribed": "a member to add was unsubscribed before, and adding does not resubscribe them",
    "unchecked-suppressions": "a suppression list can't be checked without its secret",
    "shared-key": "two environments have the same target and the same key",
    "damaged-text": "a text was damaged by a wrong encoding",
    "invisible-character": "a value has an invisible character",
    "placeholder": "a text means an empty value in another program",
    "html-entity": "a text holds an HTML entity",
    "leading-apostrophe": "a value begins with the apostrophe of a spreadsheet",
    "day-number": "a date is a spreadsheet's number of a day",
    "date-form": "a date is in another form than the vendor's, or can be read in two ways",
    "outer-space": "a value begins or ends with a space",
    "line-break": "a name or address has a line break",
    "cut-by-comment": "a # without quotes begins a comment, which cuts a value",
}

PLAN_WARNINGS = {
    "interrupted-run": "an interrupted run left a journal",
    "rehearsal": "the plan is made for another day",
    "branch-not-fetched": "the lockfile's branch is not fetched",
    "no-lockfile": "there is no lockfile",
    "first-apply": "the lockfile records nobody, and members are to be added",
    "lockfile-conflict": "the lockfile here and the published one disagree",
    "base-not-readable": "the declarations of the merge base can't be read",
    "settings-changed": "a pull request changes settings that decide where data goes",
    "not-removed": "the API refused to remove a member",
    "rejected": "the API refused a member",
}
"""Warnings of plans and reports. They are about a run, so no setting accepts them."""
