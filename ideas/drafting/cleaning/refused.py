"""Why a file is not taken; the sentences are in `ideas.drafting.uploads`."""


class Refused(Exception):
    """`code` is one of the keys of `ideas.drafting.uploads.REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
