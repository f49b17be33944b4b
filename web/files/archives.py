"""Several files in one archive, written of our own; what others send is opened in a child (`web.child`)."""

import io
import zipfile
from collections.abc import Iterable


def zip_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a ZIP archive of these files, each with its name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return packed.getvalue()
