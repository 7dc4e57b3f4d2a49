"""A PDF that the product made, to be read in the browser or kept. A file that a person sent is never read there."""

from django.http import FileResponse

from incubator.lib import files

# A viewer draws the pages itself: whatever else the file could ask for, it gets nothing. Safari's viewer is an object
# with a style of its own, on this very address; and `sandbox` some viewers take for an order to show nothing.
POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def pdf_answer(sha256: str, name: str, *, download: bool) -> FileResponse:
    """The stored file of this SHA-256 under `name`, without its ending. Raises FileNotFoundError, Damaged."""
    response = FileResponse(
        files.open_verified(sha256),
        as_attachment=download,
        filename=f"{name}.pdf",
        content_type="application/pdf",
    )
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{sha256}"'
    return response
