"""Makes csv_rows.json: every short row over a few characters, and the first of its two fields as Python's csv module reads
it in strict mode; null if the module refuses the row, or if it has not two fields. Rows that do not end are left out.

    python3 tests/batch/csv_rows.py > tests/batch/csv_rows.json
"""

import csv
import itertools
import json


def read(row):
    try:
        fields = next(csv.reader([row + "\n"], strict=True))
    except csv.Error as error:
        return error
    return fields[0] if len(fields) == 2 and fields[0] else None


rows = {}
for length in range(1, 6):
    for letters in itertools.product('a ,"', repeat=length):
        row = "".join(letters)
        field = read(row)
        if "unexpected end of data" not in str(field):
            rows[row] = None if isinstance(field, csv.Error) else field
# Of the rows that are wrong in the number of fields only, a few are enough.
json.dump({row: field for row, field in rows.items() if field is not None or '"' in row}, __import__("sys").stdout, indent=0)
print()
