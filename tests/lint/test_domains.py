import pytest

from reconciler.lint.domains import KNOWN_DOMAINS, likely_domain


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("gmail.comm", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("googelmail.com", "googlemail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmal.co.uk", "hotmail.co.uk"),
        ("outlok.com", "outlook.com"),
        ("yaho.com", "yahoo.com"),
        ("yahooo.de", "yahoo.de"),
        ("iclould.com", "icloud.com"),
        ("t-onlin.de", "t-online.de"),
        ("gmx.ed", "gmx.de"),
        ("aol.cmo", "aol.com"),
        ("company.example.con", "company.example.com"),
        ("verein.ogr", "verein.org"),
    ],
)
def test_a_mistyped_domain_is_shown_with_the_likely_one(mistyped: str, meant: str) -> None:
    assert likely_domain(mistyped) == meant


def test_a_providers_own_domain_is_never_taken_for_another() -> None:
    assert [domain for domain in KNOWN_DOMAINS if likely_domain(domain)] == []


@pytest.mark.parametrize(
    "domain",
    [
        # a letter from a great one, and somebody's own
        *("email.com", "mail.com", "ymail.com", "fmail.com", "cloud.com", "aon.com", "all.com", "ao.com"),
        *("gm.de", "wep.de", "men.com", "love.com", "line.com", "me.net", "max.com", "hotmail.be"),
        # companies, schools, offices
        *(
            "example.org",
            "acme.example",
            "firma.de",
            "stadt-koeln.de",
            "uni-bonn.de",
            "ox.ac.uk",
            "bbc.co.uk",
        ),
        *("gmail.example.com", "mail.example.org", "panel.test", "startup.co", "cafe.com.co", "radio.fm"),
        *("host.cm", "school.edu", "xn--bcher-kva.example", "a.b", "verein.or.at", "gov.om", "web.cam"),
    ],
)
def test_a_domain_that_may_well_be_meant_is_left_alone(domain: str) -> None:
    assert likely_domain(domain) is None
