"""Words and tags by which a heading that is no question's own says what it is about."""

from collections.abc import Mapping, Sequence

from surveys.choices import Feeds

# Words by which a heading that is no question's own names what it is about, in the UN's languages, most telling first.
WORDS: Mapping[str, Sequence[str]] = {
    Feeds.COUNTRY: (
        "country", "pays", "pais", "país", "страна", "国家", "بلد", "البلد", "member state", "land",
        "country or territory", "name of country", "iso3", "country code",
    ),
    Feeds.AGENCY: ("agency", "agence", "agencia", "organismo", "ministry", "institution", "organisation",
                   "organization", "organización", "organisme"),
    Feeds.AREAS: ("priority areas", "priority area", "areas", "area", "sectors", "sector", "sector/cluster",
                  "domaines prioritaires", "domaines", "áreas prioritarias", "areas prioritarias", "thematic areas"),
    Feeds.MODALITIES: ("modalities", "modality", "modalités", "modalites", "modalidades", "type of support",
                       "types of support"),
    Feeds.AMOUNT: ("amount", "contribution", "contributions", "montant", "monto", "contribución", "budget"),
    Feeds.OPENS_ON: ("available from", "disponible à partir du", "disponible desde", "start date", "from date"),
    Feeds.CONTACT: ("e-mail", "email", "e-mail address", "email address", "contact", "courriel"),
    Feeds.ROLE: ("role", "rôle", "provider or user", "offers or seeks"),
    Feeds.EXISTING_PARTNERS: ("support received from", "received from", "existing partners"),
    Feeds.TARGETS: ("target countries", "partner countries", "regions and countries", "regions", "target regions",
                    "priority regions"),
}  # fmt: skip
# In a long question a word such as "role" or "contact" says little; a country, areas, modalities are its subject.
TELLING = frozenset({Feeds.COUNTRY, Feeds.AREAS, Feeds.MODALITIES, Feeds.EXISTING_PARTNERS})
MOST_WORDS, FEWER_WORDS = 9, 5
TAGS: Mapping[str, Feeds] = {
    "#country": Feeds.COUNTRY,
    "#org": Feeds.AGENCY,
    "#sector": Feeds.AREAS,
    "#subsector": Feeds.AREAS,
    "#modality": Feeds.MODALITIES,
    "#value": Feeds.AMOUNT,
    "#contact": Feeds.CONTACT,
}
