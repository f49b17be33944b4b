"""Other forms of the same name that a rule can undo: articles, forms of State, initials of compass points."""

import re
from collections.abc import Iterator

_ARTICLE = re.compile(r"(?:le|la|les|l|el|los|las) (?=\S)")

_STATE_FORM = re.compile(
    r"(?:(?:islamic|arab|fed|royal|grand|hashemite|sovereign) )*"
    r"(?:rep|kingdom|sultanate|principality|duchy|commonwealth|government|republique|royaume|gouvernement"
    r"|republica|reino|gobierno|республика|королевство|правительство)"
    r"(?: (?:rep|kingdom|republique|royaume|republica|reino|республики|королевства|de|du|del|des|d|la|le|les|l|el))*"
    r" (?=\S)"
)
_REPUBLIC = re.compile(r"\b(?:rep|republi|респ)")

# Two entries of the list differ by being called a republic or not: the word cannot be left out.
REPUBLIC_TELLS_APART = frozenset({"CHN", "DMA"})

_COMPASS = {
    "n": ("north", "northern"),
    "s": ("south", "southern"),
    "e": ("east", "eastern"),
    "w": ("west", "western"),
    "no": ("north", "northern"),
    "so": ("south", "southern"),
}

_WORDS_FOR_COUNTRY = ("ประเทศ", "ປະເທດ", "ប្រទេស")

_TRAILING_NOTE = re.compile(r"(?: \d{1,2})+$")


# What a State calls itself in its own languages: Česká republika, Koninkrijk der Nederlanden. Left out for suggesting
# alone, because what is left is often an adjective.
_STATE_WORDS = frozenset(
    {
        "rep", "republica", "republik", "republika", "republique", "repubblica", "respublika", "rzeczpospolita",
        "vabariik", "koztarsasag", "cumhuriyeti", "respublikasi", "kingdom", "royaume", "reino", "regno",
        "konigreich", "koninkrijk", "kongeriget", "kongeriket", "konungariket", "kerajaan", "principaute",
        "furstentum", "grossherzogtum", "bundesrepublik", "federativnaya", "federativa", "dem", "demokratik",
        "democratica", "democratique", "islamic", "islamique", "islamica", "islami",
        "република", "републіка", "республика", "республикасы", "рэспубліка", "республики",
    }
)  # fmt: skip
_LINKS = frozenset({"der", "des", "den", "de", "del", "della", "di", "da", "do", "du", "d", "l", "la", "le", "e", "i"})


def without_state_words(key: str) -> str:
    """Return a normalised name without the words by which States call what they are, in their own languages.

    Empty where there are none, or nothing else. For suggesting alone.
    """
    words = key.split()
    kept = [word for word in words if word not in _STATE_WORDS]
    return " ".join(word for word in kept if word not in _LINKS) if len(kept) < len(words) else ""


def inverted(name: str) -> str:
    """Return a name as written with its bracket in front: Iran (République islamique d') is also as formal name."""
    bare, bracket, qualifier = name.partition("(")
    return f"{qualifier.rstrip(')')} {bare}" if bracket and qualifier.endswith(")") else name


def variants(key: str) -> Iterator[str]:
    """Yield other forms of a normalised name that mean the same, the closest first; `key` itself is not among them."""
    bare = _TRAILING_NOTE.sub("", key)
    if bare != key:
        yield bare
    first, _, rest = bare.partition(" ")
    if rest:
        for point in _COMPASS.get(first, ()):
            yield f"{point} {rest}"
    if article := _ARTICLE.match(bare):
        yield bare[article.end() :]
    for word in _WORDS_FOR_COUNTRY:
        if bare.startswith(word):
            yield bare.removeprefix(word).strip()


def without_state_form(key: str) -> tuple[str, bool]:
    """Return a normalised name without "Republic of", "Kingdom of", "Government of", and whether a republic went.

    The name comes back empty where there is nothing to leave out. "Democratic", "People's" and "Socialist" are
    never left out: they told divided nations apart.
    """
    form = _STATE_FORM.match(key)
    if form is None:
        return "", False
    return key[form.end() :], bool(_REPUBLIC.search(form.group()))
