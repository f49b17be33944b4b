"""Reads the sheets of an XLSForm by the library that the field uses; runs in a child alone (`web/child/`).

Its time grows with the number of references in texts times that of questions: 200 labels of 5,000 references each take
more than a minute.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from web.child.refusing import Refused


def answer(data: bytes, options: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield, as JSON, what the library makes of a book of sheets, and its warnings.

    Refuses with `form` and the library's own words, or with `unnamed` where it has none.
    """
    warnings: list[str] = []
    try:
        read = workbook_to_json(get_xlsform(json.loads(data)), form_name="data", warnings=warnings)
        create_survey_element_from_dict(read).to_xml(validate=False, warnings=warnings)
    except PyXFormError as error:
        raise Refused("form", error) from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        # The library names few of the things that can be wrong with a form.
        raise Refused("unnamed", error) from None
    yield json.dumps({"read": read, "warnings": warnings}).encode()
