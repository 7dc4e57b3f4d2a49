"""A limit to what a form may send as files: by what it says it sends, before anything is read, and while it arrives.

The disk fills before any view is asked.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# A little more than the largest file the product takes, so that its own form can say so in its own words.
LARGEST_REQUEST = 25_000_000


class Capped(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS; all files of a request are counted together."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.received = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > LARGEST_REQUEST:
            raise RequestDataTooBig("files")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > LARGEST_REQUEST:
            # Nobody else would close and remove what has arrived.
            for handler in self.request.upload_handlers if self.request else ():
                handler.upload_interrupted()
            raise RequestDataTooBig("files")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
