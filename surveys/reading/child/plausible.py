"""How plausible the words are that bytes become in an encoding: from 1, words of a language, to -1, none."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from unicodedata import category, name

PUNCTUATION = frozenset("“”„‘’‚–—…«»‹›•·°№€£©®™\u00a0\u2009\u202f，。、；：？！（）《》「」『』・　．～")
DASHES, WITHIN_WORDS = frozenset("–—"), frozenset("’·")
CAPITALS_RARE = frozenset("ЄЇІҐЎЈЂЉЊЋЏЃЅЌђљњћџѓѕќ")
VOWELS = frozenset("аеёиоуыэюяієїўАЕЁИОУЫЭЮЯІЄЇЎ")
WESTERN = frozenset("áàâãäåæçéèêëíîïñóôõöøúùûüßœÁÀÂÃÄÅÆÇÉÈÊËÍÎÏÑÓÔÕÖØÚÙÛÜŒ¿¡ºª")
CENTRAL = frozenset("ąćęłńóśźżáčďéěíňřšťúůýžőűöüäôľâăîşţßĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽŐŰÖÜÄÔĽÂĂÎŞŢ")
TURKISH = frozenset("çğıİöşüÇĞÖŞÜâîûÂÎÛ")
VIETNAMESE = frozenset("đĐăâêôơưĂÂÊÔƠƯáàéèíóúùÁÀÉÈÍÓÚÙ")
VIETNAMESE_VOWELS = frozenset("aăâeêioôơuưyAĂÂEÊIOÔƠUƯY")
TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""As Windows-1258 writes them, behind their vowel."""
ONE_LETTER_WORDS = frozenset("àáéèêóòôúíøåæÀÁÉÈÊÓÔÚаивксуоэябжіїАИВКСУОЭЯБЖІوأ")
ARABIC = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأإؤئ")
PERSIAN = frozenset("پچژگ")
ARABIC_LAST = frozenset("ةى")
ARABIC_NOT_FIRST = frozenset("ةىئؤ")
THAI_BEFORE = frozenset("เแโใไ")
THAI_RARE = frozenset("ฃฅฆฌฎฏฐฑฒฬฮฯๆ๏๚๛ํฺ๎๋")
THAI_MARKS = frozenset("ัิีึืฺุู็่้๊๋์ํ๎ำะา")
# The characters most used, of each some hundred: half of any text.
SIMPLIFIED = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经"
    "么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点"
    "正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教东"
    "农林渔水电技术合作培训中国交流发展项目经济社会科研环境保护卫生医疗健康能源城市支持需求王李张刘陈杨黄赵周吴京市省区县部局院系华南北"
)
TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經"
    "麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點"
    "正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教東"
    "農林漁水電技術合作培訓中國交流發展項目經濟社會科研環境保護衛生醫療健康能源城市支持需求王李張劉陳楊黃趙周吳京市省區縣部局院系華南北臺灣訓練"
)
HANGUL = frozenset(
    "이다의는에가을고를지은하로한사기도인자있그나서어아시과대들리만일정으해수라부보전것원주여게공제스장성구동상조국연경무우적관세비대와"
    "유중면교계발위년생화방소오실모문미용단양안산물회청영업농민학기술협력훈련교육개발보건환경에너지교통통신분야지원요청남북김박최강윤신권황"
)


def plausibility(words: Iterable[str], encoding: str) -> float:
    """Return how plausible different words are, each with letters beyond ASCII, as read in an encoding."""
    judge = _JUDGES.get(encoding, _of_alphabet)
    total = weight = 0.0
    for word in words:
        for score, bytes_taken in judge(word, encoding):
            total += score * bytes_taken
            weight += bytes_taken
    return total / weight if weight else 0.0


def _of_alphabet(word: str, encoding: str) -> Iterator[tuple[float, int]]:
    """Judge a word of an encoding whose letters take a byte each."""
    for at, character in enumerate(word):
        if not character.isascii():
            before = word[at - 1] if at else ""
            after = word[at + 1] if at + 1 < len(word) else ""
            yield _letter(character, before, after, _run_at(word, at), encoding), 1


def _letter(character: str, before: str, after: str, run: str, encoding: str) -> float:
    if character in TONES:
        return 1 if before in VIETNAMESE_VOWELS else -1
    if not character.isalpha() and character not in THAI_MARKS:
        if category(character) in ("Cc", "Co", "Cn"):
            return -1
        return _mark(character, before, after)
    script = _script(character)
    if any(_script(other) != script for other in run if other.isalpha()):
        return -0.8
    if before.islower() and character.isupper():
        return -0.8
    if len(run) == 1 and character not in ONE_LETTER_WORDS and script in ("LATIN", "CYRILLIC", "ARABIC", "THAI"):
        return 0.1
    return _IN_SCRIPT.get(script, _unknown)(character, before, after, run, encoding)


def _mark(character: str, before: str, after: str) -> float:
    """Judge what is no letter by what stands beside it."""
    is_after_letter, is_before_letter = before.isalpha(), after.isalpha()
    if character in DASHES:
        return -0.5 if is_after_letter and not is_before_letter else 0.2
    if is_after_letter and is_before_letter and character not in WITHIN_WORDS:
        return -1
    return 0.4 if character in PUNCTUATION else -0.2


def _latin(character: str, before: str, _after: str, run: str, encoding: str) -> float:
    letters = [one for one in run if one.isalpha()]
    if len(letters) >= 3 and sum(not one.isascii() for one in letters) > 0.6 * len(letters):
        return -0.6
    if _stands_wrongly(character, before, encoding):
        return -0.5
    usual = _USUAL.get(encoding, WESTERN)
    score = (1.0 if usual is WESTERN else 0.95) if character in usual else 0.2
    return score - (0.3 if before.isalpha() and not before.isascii() and encoding != "cp1258" else 0)


def _stands_wrongly(character: str, before: str, encoding: str) -> bool:
    """Whether no word has the letter at this place: đ within a Vietnamese one, ğ at the beginning of a Turkish one."""
    if encoding == "cp1258" and character in "đĐ":
        return before.isalpha()
    return encoding == "cp1254" and character in "ğĞ" and not before.isalpha()


def _cyrillic(character: str, _before: str, _after: str, run: str, _encoding: str) -> float:
    if len(run) >= 4 and not VOWELS & set(run):
        return -0.3
    return 0.3 if character in CAPITALS_RARE else 1


def _arabic(character: str, before: str, after: str, _run: str, _encoding: str) -> float:
    if character in ARABIC_NOT_FIRST and not before.isalpha():
        return -0.5
    if character in ARABIC_LAST and after.isalpha():
        return -0.5
    return 1 if character in ARABIC else 0.7 if character in PERSIAN else 0.3


def _thai(character: str, before: str, after: str, _run: str, _encoding: str) -> float:
    if character in THAI_MARKS:
        stands = _script(before) == "THAI" and before not in THAI_BEFORE
        return (0.4 if character in THAI_RARE else 1) if stands else -1
    if character in THAI_BEFORE:
        return 1 if _script(after) == "THAI" and after not in THAI_MARKS | THAI_BEFORE else -1
    return 0.4 if character in THAI_RARE else 1


def _unknown(*_letter: str) -> float:
    return -0.5


def _of_characters(word: str, encoding: str) -> Iterator[tuple[float, int]]:
    """Judge a word of an encoding whose characters take two bytes each."""
    for at, character in enumerate(word):
        if character.isascii():
            continue
        taken = character.encode(encoding)
        score = 0.4 if character in PUNCTUATION else _FREQUENT[encoding](character, taken)
        beside = (word[at - 1] if at else "", word[at + 1] if at + 1 < len(word) else "")
        if any(one.isascii() and one.isalpha() for one in beside):
            # A letter with an accent and the one behind it, taken for one character: in the midst of a word.
            score -= 0.5
        yield score, len(taken)


def _simplified(character: str, taken: bytes) -> float:
    if character in SIMPLIFIED:
        return 1
    if len(taken) != 2 or taken[1] < 0xA1 or taken[0] < 0xB0:
        return -0.8
    return 0.6 if taken[0] <= 0xD7 else 0.1


def _traditional(character: str, taken: bytes) -> float:
    if character in TRADITIONAL:
        return 1
    if len(taken) != 2 or taken[0] < 0xA4:
        return -0.8
    return 0.55 if taken[0] <= 0xC6 else -0.1


def _japanese(character: str, taken: bytes) -> float:
    if "\u3040" <= character <= "\u30ff":
        return 1
    if len(taken) != 2 or taken[0] < 0x88:
        return -0.6
    return 0.58 if taken[0] <= 0x97 else -0.1


def _korean(character: str, taken: bytes) -> float:
    if character in HANGUL:
        return 1
    if len(taken) != 2 or taken[1] < 0xA1 or taken[0] < 0xB0:
        return -0.6
    return 0.5 if taken[0] <= 0xC8 else -0.5


def _run_at(word: str, at: int) -> str:
    """Return the letters around a place in a word, up to what is no letter."""
    start = end = at
    while start and _is_of_a_word(word[start - 1]):
        start -= 1
    while end < len(word) and _is_of_a_word(word[end]):
        end += 1
    return word[start:end]


def _is_of_a_word(character: str) -> bool:
    return character.isalpha() or character in THAI_MARKS or character in TONES


@lru_cache(2_000)
def _script(character: str) -> str:
    return name(character, "").partition(" ")[0] if character else ""


_IN_SCRIPT: Mapping[str, Callable[..., float]] = {
    "LATIN": _latin, "FEMININE": _latin, "MASCULINE": _latin, "CYRILLIC": _cyrillic, "ARABIC": _arabic, "THAI": _thai,
}  # fmt: skip
_USUAL: Mapping[str, frozenset[str]] = {"cp1250": CENTRAL, "cp1254": TURKISH, "cp1258": VIETNAMESE}
_FREQUENT: Mapping[str, Callable[[str, bytes], float]] = {
    "gb18030": _simplified, "cp950": _traditional, "cp932": _japanese, "cp949": _korean,
}  # fmt: skip
_JUDGES = dict.fromkeys(_FREQUENT, _of_characters)
