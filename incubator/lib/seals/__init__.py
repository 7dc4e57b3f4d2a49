"""The city's seal: `configuration` says with which key, `sealing` seals, `reading` reads a seal in `process`'s child.

Only `sealing` and `reading` import pyHanko, which costs most of a second: pages never do.
"""
