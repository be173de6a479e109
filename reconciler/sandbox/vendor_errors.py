"""The vendor's error answers, their bodies laid out as on its page: not quite JSON.

Source: the page *save panel members* for the layout and for the five bodies printed there (400, 401,
403, 404, 500), *error-codes* for the other ids, *limits* for the used-up allowance. Where the vendor
prints no message (1001, 1002, 1003, 413, a rate limit) the words are ours, and so is the name.
"""

import json
from dataclasses import dataclass

from reconciler.sandbox.messages import SandboxAnswer


@dataclass(frozen=True, slots=True)
class VendorError:
    """One of the vendor's errors."""

    status: int
    name: str
    id: str
    message: str

    def answer(self, resource: str) -> SandboxAnswer:
        """The error as an answer; `resource` is the path that was called."""
        lines = (
            "{",
            '"response": {',
            '"error": {',
            '"docs": www.questionpro.com/api/error-codes.html',
            f'"name": "{self.name}",',
            f'"httpStatusCode": {self.status},',
            f'"id" : "{self.id}",',
            f'"message": "{self.message}",',
            f'"resourceUrl":{json.dumps(resource)}',
            "}",
            "}",
            "}",
        )
        return SandboxAnswer(self.status, "\n".join(lines).encode())


INVALID_URL = VendorError(400, "BAD_REQUEST", "1000", "Invalid URL parameters")
NOT_JSON = VendorError(400, "BAD_REQUEST", "1001", "The request body is not valid JSON")
WRONG_SCHEMA = VendorError(400, "BAD_REQUEST", "1002", "The request body does not match the schema")
BAD_PARAMETERS = VendorError(400, "BAD_REQUEST", "1003", "Invalid parameters")
UNAUTHORIZED = VendorError(401, "UNAUTHORIZED", "1010", "Incorrect API Key")
FORBIDDEN = VendorError(403, "FORBIDDEN", "1013", "The user does not have permission to access the resource")
NOT_FOUND = VendorError(404, "NOT_FOUND", "1040", "The resource that you're trying to access doesn't exist")
TOO_LARGE = VendorError(413, "PAYLOAD_TOO_LARGE", "1003", "The request body is too large")
TOO_MANY_CALLS = VendorError(429, "TOO_MANY_REQUESTS", "1013", "Too many requests in a short time")
ALLOWANCE_USED_UP = VendorError(
    429,
    "TOO_MANY_REQUESTS",
    "1013",
    "API call limit exceeded. Please contact your account representative",
)
SERVER_ERROR = VendorError(500, "INTERNAL_SERVER_ERROR", "1026", "We are not able to process your request")
