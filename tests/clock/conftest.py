"""This room's tests decide now and then, and look at no PDF."""

import pytest


@pytest.fixture(autouse=True)
def _briefs_without_pdf(quick_briefs: list[str]) -> None:
    """Each decision's brief becomes ready without being laid out."""
