"""The demo city: an invented port city whose ideas travelled for fourteen months, through the real actions.

`city.found()` makes it; `docs/decisions/0006-demo-city.md` says how and why. Nothing of the product imports this room.
"""
