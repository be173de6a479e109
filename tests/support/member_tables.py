"""Member files in CSV as spreadsheets and people might write them: any separator, quoting, odd cells."""

import csv
import io

from hypothesis import strategies as st

_COLUMNS = ["firstName", "city", "custom1", "profileFields[7]", "profileFields[12]", "expires"]
_CELLS = st.one_of(
    st.sampled_from(["", " ", " a ", '"', "a;b", "a,b", "a\tb", "a\nb", "a\r\nb", "a\rb", "'", "#a", "null"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6),
)
_DAYS = st.sampled_from(["", "2027-01-01", "2028-02-29"])


@st.composite
def member_tables(draw: st.DrawFn) -> str:
    """A member file without a mistake."""
    names = draw(st.permutations(["emailAddress", *draw(st.lists(st.sampled_from(_COLUMNS), unique=True))]))
    written = io.StringIO()
    writer = csv.writer(
        written,
        delimiter=draw(st.sampled_from(",;\t")),
        quoting=draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    writer.writerow(names)
    for number in range(draw(st.integers(0, 4))):
        cells = {name: draw(_DAYS if name == "expires" else _CELLS) for name in names}
        cells["emailAddress"] = f" m{number}@example.org"
        writer.writerow([cells[name] for name in names])
        if draw(st.booleans()):
            written.write("\n")
    return written.getvalue()
