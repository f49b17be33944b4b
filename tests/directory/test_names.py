import pytest

from directory.names import AliasRow, CountryRow, GroupRow, NameIndex, Resolution, normalise

pytestmark = pytest.mark.any_database

COUNTRIES = (
    CountryRow("CHN", "CN", ("China", "People's Republic of China"), ("CHN", "CN", "156")),
    CountryRow("COD", "CD", ("Democratic Republic of the Congo",)),
    CountryRow("COG", "CG", ("Congo", "Republic of the Congo")),
    CountryRow("FSM", "FM", ("Micronesia (Federated States of)",)),
    CountryRow("GBR", "GB", ("United Kingdom of Great Britain and Northern Ireland",)),
    CountryRow("GIN", "GN", ("Guinea",)),
    CountryRow("GNQ", "GQ", ("Equatorial Guinea",)),
    CountryRow("HKG", "HK", ("China, Hong Kong Special Administrative Region",)),
    CountryRow("NAM", "NA", ("Namibia",), ("NAM", "NA", "516")),
    CountryRow("NER", "NE", ("Niger",)),
    CountryRow("NGA", "NG", ("Nigeria",)),
    CountryRow("NOR", "NO", ("Norway",), ("NOR", "NO", "578")),
    CountryRow("PRI", "PR", ("Puerto Rico",), is_listed=False),
    CountryRow("THA", "TH", ("Thailand", "Kingdom of Thailand"), ("THA", "TH", "764")),
    CountryRow("TUR", "TR", ("Türkiye",)),
    CountryRow("ZAF", "ZA", ("South Africa",)),
)
ALIASES = (AliasRow("Congo", "COD"), AliasRow("Turkey", "TUR"), AliasRow("Hong Kong", "HKG"), AliasRow("UK", "GBR"))
GROUPS = (
    GroupRow("M49_SOUTHERN_AFRICA", "Southern Africa"),
    GroupRow("M49_MICRONESIA", "Micronesia (region)"),
    GroupRow("ESCAP_SSWA", "South and South-West Asia", ("South Asia", "South-West Asia")),
    GroupRow("SAARC", "South Asian Association for Regional Cooperation", ("South Asia",)),
    GroupRow("LDC", "Least developed countries", ("LDCs",)),
)
HINTS = (AliasRow("Scotland", "GBR"), AliasRow("Yugoslavia", ""))


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex.build(countries=COUNTRIES, aliases=ALIASES, groups=GROUPS, hints=HINTS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Côte d’Ivoire", "COTE D'IVOIRE"),
        ("Lao People's Dem. Rep.", "lao peoples democratic republic"),
        ("St. Kitts & Nevis", "Saint Kitts and Nevis"),
        ("The Gambia", "Gambia (the)"),
        ("U. S. A.", "USA"),
        ("Cook Is.", "Cook Islands"),
        ("Micronesia (Fed. Sts.)", "Micronesia, Federated States of"),
        ("TÜRKİYE", "Türkıye"),
        ("Vie\u0302\u0323t Nam", "Viêt\u200b-Nam\x00"),
        ("Taiwan*", " taiwan "),
        ("Serbia¹", "Serbia"),
        ("إيران", "ايران"),
        ("\u202eThailand", "Thailand"),
    ],
)
def test_what_people_vary_makes_no_difference(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Niger", "Nigeria"),
        ("South Africa", "Southern Africa"),
        ("Dominica", "Dominican Republic"),
        ("Guinea", "Guinea-Bissau"),
        ("नाइजर", "नाइजीरिया"),
        ("ไทย", "ไท"),
    ],
)
def test_what_tells_countries_apart_stays(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("text", ["", " ", "*", "-", "\x00", "\ud800", "\u202e\u200b", "the", "…", "("])
def test_nothing_of_a_name_is_unknown(index: NameIndex, text: str) -> None:
    assert normalise(text) == ""
    assert index.resolve(text) == Resolution("unknown")


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("Kingdom of Thailand", "THA"),
        ("Thailand, Kingdom of", "THA"),
        ("Royaume de Thaïlande", "THA"),
        ("Turkey (Türkiye)", "TUR"),
        ("Türkiye/Turkey", "TUR"),
        ("Hong Kong, China", "HKG"),
        ("Congo, Dem. Rep.", "COD"),
        ("Congo, Republic of the", "COG"),
        ("Guinea, Equatorial", "GNQ"),
        ("UK (Scotland)", "GBR"),
        ("Scotland, UK", "GBR"),
        ("Thailand (5 pc)", "THA"),
        ("S. Africa", "ZAF"),
        ("SouthAfrica", "ZAF"),
    ],
)
def test_one_country(index: NameIndex, text: str, iso3: str) -> None:
    assert index.resolve(text) == Resolution("country", iso3=iso3, is_listed=True)


def test_an_unlisted_country_is_read_and_says_so(index: NameIndex) -> None:
    assert index.resolve("Puerto Rico") == Resolution("country", iso3="PRI", is_listed=False)


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        ("Congo", ("COG", "COD")),
        ("the Congo", ("COG", "COD")),
        ("Scotland", ("GBR",)),
        ("Thailand/China", ("THA", "CHN")),
        ("Guinea (Equatorial)", ("GNQ", "GIN")),
        ("Micronesia", ("FSM",)),
        ("🇹🇭", ("THA",)),
    ],
)
def test_ambiguous_names_ask(index: NameIndex, text: str, suggestions: tuple[str, ...]) -> None:
    assert index.resolve(text) == Resolution("ambiguous", suggestions=suggestions)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Southern Africa", "M49_SOUTHERN_AFRICA"),
        ("South-West Asia", "ESCAP_SSWA"),
        ("LDCs", "LDC"),
        ("Micronesia (region)", "M49_MICRONESIA"),
    ],
)
def test_groups_come_before_countries(index: NameIndex, text: str, code: str) -> None:
    assert index.resolve(text) == Resolution("group", group_code=code)


@pytest.mark.parametrize("text", ["NA", "no", "NO", "TH", "THA", "764", "China, Thailand, Niger, Nigeria and Namibia"])
def test_codes_and_lists_are_no_country(index: NameIndex, text: str) -> None:
    assert index.resolve(text).iso3 is None


@pytest.mark.parametrize(("text", "iso3"), [("NA", "NAM"), (" no ", "NOR"), ("tha", "THA"), ("156", "CHN")])
def test_codes_count_in_a_column_of_codes(index: NameIndex, text: str, iso3: str) -> None:
    assert index.resolve(text, codes=True).iso3 == iso3


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        ("Thialand", ("THA",)),
        ("Thailand and Norway", ("THA", "NOR")),
        ("Bangkok, Thailand", ("THA",)),
        ("no", ()),
        ("ff", ()),
        ("Policy", ()),
        ("Yugoslavia", ()),
        ("Remote", ()),
    ],
)
def test_what_resembles_a_name_is_only_suggested(index: NameIndex, text: str, suggestions: tuple[str, ...]) -> None:
    assert index.resolve(text) == Resolution("unknown", suggestions=suggestions)


def test_a_confirmed_alias_decides_over_a_hint_and_over_cldr() -> None:
    confirmed = (*ALIASES, AliasRow("Scotland", "GBR"), AliasRow("Norge", "THA"))
    index = NameIndex.build(countries=COUNTRIES, aliases=confirmed, groups=GROUPS, hints=HINTS)
    assert index.resolve("Scotland").iso3 == "GBR"
    assert index.resolve("Norge").iso3 == "THA"


def test_the_republic_of_china_is_not_read_as_china(index: NameIndex) -> None:
    assert index.resolve("Republic of China").iso3 is None
    assert index.resolve("People's Republic of China").iso3 == "CHN"


def test_an_alias_of_a_country_out_of_use_is_left_out() -> None:
    index = NameIndex.build(countries=COUNTRIES, aliases=(AliasRow("Burma", "MMR"),))
    assert index.resolve("Burma").kind == "unknown"


@pytest.mark.parametrize("unit", ["a", "Thailand ", "(", "\u0301", "ﷺ", "u s ", "\U0001f1f9", ","])
def test_very_long_texts_are_answered(index: NameIndex, unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert normalise(normalise(text)) == normalise(text)
    assert index.resolve(text).iso3 is None


def test_white_space_around_a_name_does_not_count_as_length(index: NameIndex) -> None:
    assert index.resolve("\n" * 50_000 + "Thailand" + " " * 50_000).iso3 == "THA"


@pytest.fixture(scope="module")
def short_and_alike() -> NameIndex:
    return NameIndex.build(
        countries=(
            CountryRow("DMA", "DM", ("Dominica", "Commonwealth of Dominica")),
            CountryRow("DOM", "DO", ("Dominican Republic",)),
            CountryRow("CHN", "CN", ("China", "People's Republic of China")),
            CountryRow("FJI", "FJ", ("Fiji", "Republic of Fiji")),
            CountryRow("IRN", "IR", ("Iran (Islamic Republic of)",)),
            CountryRow("JOR", "JO", ("Jordan", "Hashemite Kingdom of Jordan")),
            CountryRow("OMN", "OM", ("Oman", "Sultanate of Oman")),
        )
    )


@pytest.mark.parametrize("text", ["I ran", "O man", "Ch ina", "Fi ji"])
def test_two_short_words_run_together_are_no_country(short_and_alike: NameIndex, text: str) -> None:
    assert short_and_alike.resolve(text).kind == "unknown"


def test_from_six_letters_on_words_run_together_are_the_country(short_and_alike: NameIndex) -> None:
    assert short_and_alike.resolve("Jor dan").iso3 == "JOR"
    assert short_and_alike.resolve("Domini can Republic").iso3 == "DOM"


@pytest.mark.parametrize(
    "text", ["Republic of Dominica", "Dominica, Republic of", "Dominica (Republic)", "República de Dominica"]
)
def test_a_republic_of_dominica_is_neither_of_the_two(short_and_alike: NameIndex, text: str) -> None:
    found = short_and_alike.resolve(text)
    assert (found.kind, found.iso3) != ("country", "DMA")
    assert found.iso3 is None


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("Commonwealth of Dominica", "DMA"),
        ("Government of Dominica", "DMA"),
        ("Government of the Commonwealth of Dominica", "DMA"),
        ("Republic of Fiji", "FJI"),
        ("Government of the Republic of Fiji", "FJI"),
        ("Islamic Republic of Iran", "IRN"),
        ("Government of China", "CHN"),
    ],
)
def test_other_forms_of_state_are_left_out(short_and_alike: NameIndex, text: str, iso3: str) -> None:
    assert short_and_alike.resolve(text).iso3 == iso3


@pytest.mark.parametrize("text", ["South Asia", "south asia", "the South Asia"])
def test_a_name_of_several_groups_asks(index: NameIndex, text: str) -> None:
    assert index.resolve(text) == Resolution("ambiguous", group_suggestions=("ESCAP_SSWA", "SAARC"))
