"""The files a release is made from: which columns each has, what may stand in them, and what is wrong with one.

    reading = read(content, sheet_of(GENERIC), known=...)
    reading.rows        # checked and JSON-safe, when nothing is wrong
    reading.faults      # every fault with its line, its column, and how to mend it

Pure: bytes in, rows and faults out. A file is comma-separated text (UTF-8, a header line) or a FHIR R4 CodeSystem.
"""

from codings.sheets.faults import Fault
from codings.sheets.lines import SHEETS, Sheet, sheet_of
from codings.sheets.reading import Reading, check, read

__all__ = ["SHEETS", "Fault", "Reading", "Sheet", "check", "read", "sheet_of"]
