"""Passages of an idea's text that those from whom its authors' names are hidden do not read."""
