"""The laws over random histories.

`scenes` bring a small city to a station by real acts; `acts_*` hold one function per kind of act, which names whom it
belongs to; `game` plays them, wrong persons and repeats included; `seen` reads the whole city in one statement;
`laws_*` judge what was seen, by their own rules. `machine` lets hypothesis choose the steps.
"""
