"""Addresses of a role, which several people read or nobody."""

_NAMES = """
abuse admin administrator billing bounce bounces buero careers contact daemon do-not-reply donotreply
enquiries feedback ftp hello help helpdesk hostmaster hr info information inquiries invoice jobs kontakt
mailer-daemon marketing news newsletter no-reply no_reply nobody noc noreply office orders postmaster
press privacy root sales secretary security service spam support sysadmin team undisclosed-recipients
unsubscribe usenet uucp webmaster www
"""

ROLES = frozenset(_NAMES.split())
"""What stands before the `@`. Source: RFC 2142, and what companies use in the same way."""
