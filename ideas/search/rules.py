"""Which words of a query are looked for; pure."""

import re
import unicodedata

MOST_WORDS = 30
LONGEST_QUERY = 1_000
_WORDS = re.compile(r"[^\W_]+")

# Folded (no accents), because the index is: "à" is kept there as "a". Also what an apostrophe leaves behind.
FRENCH = """
a ai au aux avec c ce ces cet cette comme d dans de des du elle en es est et eux il ils j je l la le les leur leurs lui
m ma mais me mes moi mon n ne nos notre nous on ont ou par pas pour qu que qui s sa sans se ses si son sont sur t ta te
tes toi ton tu un une vos votre vous y
"""
ENGLISH = """
a an and are as at be but by for from had has have he her his i if in into is it its me my no not of on or our s she so
t that the their them they this to was we were what when which who will with you your
"""
STOP = {"fr": frozenset(FRENCH.split()), "en": frozenset(ENGLISH.split())}


def folded(word: str) -> str:
    """Small letters without accents, as the stop words are written."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))


def words(typed: str, language: str) -> list[str]:
    """The words to look for, each once, at most 30: letters and digits only, so that no operator gets through.

    Small words of the language are dropped, unless nothing else was typed.
    """
    text = unicodedata.normalize("NFC", typed[:LONGEST_QUERY].encode(errors="ignore").decode())
    found = list(dict.fromkeys(_WORDS.findall(text)))
    telling = [word for word in found if folded(word) not in STOP.get(language, STOP["fr"])]
    return (telling or found)[:MOST_WORDS]


Endings = tuple[tuple[str, tuple[str, ...]], ...]
# Endings of one and of several in French, longest first. The stemmer leaves most of those after a vowel.
_ONE: Endings = (("eau", ("x",)), ("eu", ("x", "s")), ("au", ("x", "s")), ("ou", ("s", "x")), ("", ("s",)))
_SEVERAL: Endings = (
    ("eaux", ("eau",)),
    ("aux", ("al", "ail", "au")),
    ("eux", ("eu",)),
    ("oux", ("ou",)),
    ("ss", ()),
    ("s", ("",)),
)


def forms(word: str) -> list[str]:
    """A word, and how it would be written in French for one and for several: the index holds what was written.

    What is no word meets nothing; every form but the first is without accents, as the index is.
    """
    plain = folded(word)
    if len(plain) < 3 or not plain.isalpha():
        return [word]
    if plain.endswith(("s", "x", "z")):
        ending, ones = _ending(plain, _SEVERAL)
        return [word, *(plain.removesuffix(ending) + one for one in ones if len(plain) > 3)]
    several = [plain + more for more in _ending(plain, _ONE)[1]]
    return [
        word,
        *several,
        *(plain.removesuffix(one) + "aux" for one in ("ail", "al") if plain.endswith(one)),
    ]


def _ending(word: str, endings: Endings) -> tuple[str, tuple[str, ...]]:
    return next((one for one in endings if word.endswith(one[0])), ("", ()))
