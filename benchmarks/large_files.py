"""Made-up files of answers in the shape that KoboToolbox gives them, and the questionnaire that they answer.

70 columns of every kind of question, several answers as one column and as 0/1 columns; the workbook has a sheet that
repeats, with two rows for each answer. MADE UP, from a fixed seed.
"""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

SEED = 15
COLUMNS = 70
AREAS = (
    "agriculture-food-security", "energy", "environment-climate", "finance", "gender", "health-community", "ict",
    "rural-development", "statistics", "trade", "transport", "water-waste",
)  # fmt: skip
MODALITIES = ("advisory-services", "experts-knowledge", "financial", "study-visits", "technology-transfer", "training")
PLACES = ("Africa", "LDCs", "SIDS", "Fiji", "Nepal", "Cambodia", "Samoa", "Asia and the Pacific", "Our neighbours")
WORDS = ("early", "warning", "regional", "training", "of", "officials", "rural", "clinics", "statistics", "grid", "in")
SINGLES, TEXTS, NUMBERS, DATES = 12, 10, 6, 3


def headings() -> list[str]:
    """Return the columns of the main sheet."""
    found = ["_uuid", "_index", "_submission_time", "__version__", "about/country", "about/agency"]
    found += ["offer/areas", *(f"offer/areas/{code}" for code in AREAS)]
    found += ["offer/modalities", *(f"offer/modalities/{code}" for code in MODALITIES)]
    found += ["offer/targets", "offer/amount", "offer/opens_on", "offer/closes_on", "offer/people"]
    for kind, count in (("single", SINGLES), ("text", TEXTS), ("number", NUMBERS), ("date", DATES)):
        found += [f"more/{kind}_{number}" for number in range(count)]
    extra = COLUMNS - len(found)
    return [*found, *(f"more/group_{number}" for number in range(extra))]


def rows(count: int, codes: list[str], *, changed: float = 0) -> Iterator[list[Any]]:
    """Yield made-up rows; of a share of them some cells are other than in the first file."""
    draw, other = random.Random(SEED), random.Random(SEED + 1)
    kept = len(headings())
    for number in range(1, count + 1):
        row = _row(number, codes, draw)[:kept]
        if other.random() < changed:
            row[headings().index("more/text_0")] = f"Said otherwise {number}"
            row[headings().index("offer/people")] = number % 90 + 1
            row[headings().index("offer/targets")] = "Nepal, SIDS"
        yield row


def _row(number: int, codes: list[str], draw: random.Random) -> list[Any]:
    areas = draw.sample(AREAS, draw.randint(1, 5))
    modalities = draw.sample(MODALITIES, draw.randint(1, 3))
    text = " ".join(draw.choices(WORDS, k=9))
    return [
        f"made-up-{number}", number, "2026-11-03T09:14:00.000Z", "v7", draw.choice(codes), f"Made-up agency {number}",
        " ".join(areas), *(int(code in areas) for code in AREAS),
        " ".join(modalities), *(int(code in modalities) for code in MODALITIES),
        ", ".join(draw.sample(PLACES, draw.randint(1, 3))), draw.choice(("", 500000, 1549800)), "2027-01-15",
        draw.choice(("", "2029-12-31")), draw.randint(1, 60),
        *(f"answer_{draw.randint(0, 4)}" for _ in range(SINGLES)),
        *(f"{text} {draw.randint(0, 10**6)}" if draw.random() < 0.6 else "" for _ in range(TEXTS)),
        *(draw.choice(("", 12, 3.5, 148000)) for _ in range(NUMBERS)),
        *(f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}" for _ in range(DATES)),
        *(" ".join(sorted(draw.sample(("a", "b", "c", "d"), 2))) for _ in range(20)),
    ]  # fmt: skip


def repeats(count: int) -> Iterator[list[Any]]:
    """Yield the rows of the sheet that repeats: two for each row of the main one."""
    draw = random.Random(SEED + 2)
    for number in range(1, count + 1):
        for _ in range(2):
            words = " ".join(draw.choices(WORDS, k=6))
            yield [f"Need of {words}", " ".join(draw.sample(AREAS, 2)), words, number * 10 + _, "main", number]


def make_file(path: Path, *, count: int, codes: list[str], changed: float = 0) -> None:
    """Write a made-up file, CSV or XLSX by its name."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(headings())
            writer.writerows(rows(count, codes, changed=changed))
        return
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("main")
    sheet.append(headings())
    for row in rows(count, codes, changed=changed):
        sheet.append([value if value != "" else None for value in row])
    sheet = book.create_sheet("need")
    sheet.append(["need/need_title", "need/need_areas", "need/need_text", "_index", "_parent_table_name",
                  "_parent_index"])  # fmt: skip
    for row in repeats(count):
        sheet.append(row)
    book.save(path)


def form() -> Any:
    """Return the questionnaire that the columns answer."""
    from surveys.questionnaires.form import Form, FormOption, FormQuestion, FormSection

    def own(codes: Iterator[str] | list[str]) -> tuple[FormOption, ...]:
        return tuple(FormOption(code, code.replace("_", " ").capitalize()) for code in codes)

    about = (
        FormQuestion("country", "single", "Country", choices_from="countries", feeds="country"),
        FormQuestion("agency", "text", "Agency"),
    )
    offer = (
        FormQuestion("areas", "multiple", "Areas", choices_from="areas", feeds="areas", side="offer"),
        FormQuestion("modalities", "multiple", "How", choices_from="modalities", feeds="modalities", side="offer"),
        FormQuestion("targets", "multiple", "For whom", choices_from="places", feeds="targets", side="offer"),
        FormQuestion("amount", "money", "Contribution", feeds="amount", side="offer"),
        FormQuestion("opens_on", "date", "From", feeds="opens_on", side="offer"),
        FormQuestion("closes_on", "date", "Until", feeds="closes_on", side="offer"),
        FormQuestion("people", "whole", "Places", feeds="places", side="offer"),
    )
    kinds = [heading.partition("/")[2] for heading in headings() if heading.startswith("more/")]
    options = {"single": own([f"answer_{number}" for number in range(5)]), "group": own(["a", "b", "c", "d"])}
    more = tuple(
        FormQuestion(
            code,
            "multiple" if code.startswith("group") else code.partition("_")[0],
            code.replace("_", " ").capitalize(),
            options=options.get(code.partition("_")[0], ()),
        )
        for code in kinds
    )
    need = (
        FormQuestion("need_title", "text", "What is needed", feeds="title", side="need"),
        FormQuestion("need_areas", "multiple", "In which areas", choices_from="areas", feeds="areas", side="need"),
        FormQuestion("need_text", "text", "In more words", feeds="text", side="need"),
    )
    return Form(
        (
            FormSection("about", "About", questions=about),
            FormSection("offer", "Offer", questions=offer),
            FormSection("more", "More", questions=more),
            FormSection("need", "Needs", repeats=True, questions=need),
        )
    )
