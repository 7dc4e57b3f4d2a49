"""Every partial of the design on one page, in all its states; the demo shows it, and the tests walk it."""
