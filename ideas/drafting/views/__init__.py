"""Pages of drafting: beginning, the text, its versions, the team, the files."""

from ideas.drafting.views import begin, files, team, text, versions

__all__ = ["begin", "files", "team", "text", "versions"]
