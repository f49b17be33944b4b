"""Which language a text reads like: proposed where it is certain, bounded in time, and never wrong with certainty."""

import pytest
from py3langid.langid import LanguageIdentifier

from surveys.postings.languages import CODES, reads_like
from surveys.reading.language import LONGEST, proposed_language

pytestmark = pytest.mark.any_database

TEXTS = {
    "en": ["Training in early warning systems for floods", "Support for the administration of taxes in small towns"],
    "fr": ["Formation aux systèmes d'alerte précoce", "Appui à la gestion de l'eau dans les zones rurales"],
    "es": ["Capacitación en gestión del agua", "Apoyo a la administración tributaria local"],
    "ru": ["Обучение системам раннего предупреждения", "Поддержка налоговой службы в регионах"],
    "ar": ["التدريب على نظم الإنذار المبكر", "دعم إدارة المياه في المناطق الريفية"],
    "zh": ["早期预警系统培训", "支持农村地区的水资源管理"],
    "id": ["Pelatihan sistem peringatan dini banjir", "Dukungan untuk pengelolaan air di pedesaan"],
    "th": ["การฝึกอบรมระบบเตือนภัยล่วงหน้า"],
    "km": ["ការបណ្តុះបណ្តាលប្រព័ន្ធព្រមានជាមុន"],
    "lo": ["ການຝຶກອົບຮົມລະບົບເຕືອນໄພ"],
    "vi": ["Đào tạo hệ thống cảnh báo sớm lũ lụt"],
    "my": ["ကြိုတင်သတိပေးစနစ် သင်တန်း"],
    "dv": ["މޯލްޑިވްސްގެ ތަމްރީނުތައް ހިންގުން"],
    "mn": ["Эрт сэрэмжлүүлэх тогтолцооны сургалт", "Хөдөөгийн усны менежментийг дэмжих"],
    "ne": ["ग्रामीण क्षेत्रमा पानी व्यवस्थापनको लागि सहयोग"],
    "hi": ["ग्रामीण क्षेत्रों में जल प्रबंधन के लिए सहायता"],
    "fa": ["آموزش سیستم‌های هشدار اولیه", "پشتیبانی از مدیریت آب در مناطق روستایی"],
    "ur": ["ابتدائی انتباہی نظام کی تربیت", "دیہی علاقوں میں پانی کے انتظام کے لیے مدد"],
}


def test_no_text_is_named_wrongly_and_most_are_named() -> None:
    said = [(code, reads_like(text)) for code, texts in TEXTS.items() for text in texts]
    assert [(code, proposed) for code, proposed in said if proposed not in (code, "")] == []
    assert sum(proposed == code for code, proposed in said) >= 0.8 * len(said), said


@pytest.mark.parametrize("text", ["", "ICT", "SDG 13", "12,345.00", "???", "\u202e\u0000", "xqzzt vkq"])
def test_what_says_nothing_of_a_language_is_not_named(text: str) -> None:
    assert reads_like(text) == ""


def test_only_languages_of_the_list_are_named() -> None:
    assert proposed_language(TEXTS["fr"][0], among=("en", "ru")) in ("", "en")
    assert proposed_language(TEXTS["my"][0], among=("en", "th")) == ""
    assert {reads_like(text) for texts in TEXTS.values() for text in texts} <= {*CODES, ""}


def test_of_a_hostile_text_only_the_beginning_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    classify = LanguageIdentifier.classify

    def note(self: LanguageIdentifier, text: str) -> tuple[str, float]:
        looked_at.append(len(text))
        answer: tuple[str, float] = classify(self, text)
        return answer

    monkeypatch.setattr(LanguageIdentifier, "classify", note)
    beginning = (TEXTS["fr"][1] * 100)[:LONGEST]
    assert reads_like(beginning + "я" * 5_000_000) == "fr"
    for text in ("a" * 5_000_000, "a\u0301" * 2_500_000):
        reads_like(text)
    assert looked_at == [LONGEST] * 3
