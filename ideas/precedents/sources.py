"""The sources that precedents are imported from, with what their licences ask to show; pure."""

from typing import NamedTuple


class Source(NamedTuple):
    """`entity_key` and `entity_name`: whose projects they are."""

    key: str
    attribution: str
    url: str
    licence: str
    licence_url: str
    entity_key: str
    entity_name: str


PARIS = Source(
    key="paris",
    attribution="Ville de Paris / opendata.paris.fr, ODbL",
    url="https://opendata.paris.fr/explore/dataset/bp_projets_gagnants/",
    licence="Open Database License 1.0",
    licence_url="https://opendatacommons.org/licenses/odbl/1-0/",
    entity_key="paris",
    entity_name="Ville de Paris",
)
SOURCES = {PARIS.key: PARIS}
