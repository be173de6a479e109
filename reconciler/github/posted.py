"""Comments, issues and pull requests as GitHub describes them: of each, what we have a use for.

Source: GitHub's pages *REST API endpoints for issue comments*, *… for issues* and *… for commits*. A user is
null where the account is gone.
"""

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class User(_Shape):
    """An account; `type` is `User` or `Bot`."""

    login: str
    type: str = ""


class _Posted(_Shape):
    body: str = ""
    html_url: str
    author_association: str = ""
    user: User | None = None

    @field_validator("body", mode="before")
    @classmethod
    def _no_body_is_an_empty_one(cls, body: object) -> object:
        return "" if body is None else body

    @property
    def author(self) -> str:
        """The account's name."""
        return self.user.login if self.user else ""

    @property
    def author_type(self) -> str:
        """`User` or `Bot`."""
        return self.user.type if self.user else ""


class Comment(_Posted):
    """A comment on an issue or a pull request; a higher `id` is a later one."""

    id: int


class Issue(_Posted):
    """An issue, or a pull request: GitHub lists both as issues."""

    number: int
    title: str
    pull_request: object = None

    @property
    def is_pull_request(self) -> bool:
        """Whether it is one in truth."""
        return self.pull_request is not None


class Pull(_Shape):
    """A pull request; `merged_at` is None for one that isn't merged."""

    number: int = Field(gt=0)
    html_url: str
    merged_at: str | None = None


COMMENT = TypeAdapter(Comment)
COMMENTS = TypeAdapter(list[Comment])
ISSUE = TypeAdapter(Issue)
ISSUES = TypeAdapter(list[Issue])
PULLS = TypeAdapter(list[Pull])
USER = TypeAdapter(User)
