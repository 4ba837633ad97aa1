"""The names in a zip as text. Old programs wrote them in the code page of their country and did not say which."""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from catdog.errors import UsageError

#: Code pages that a zip's names may be in, and whose: those that Windows writes, first where two fit as well.
CODE_PAGES = {
    "cp932": "Japanese",
    "cp936": "simplified Chinese",
    "cp866": "Cyrillic, DOS",
    "cp1251": "Cyrillic, Windows",
    "cp852": "central European, DOS",
    "cp850": "western European, DOS",
    "cp1250": "central European, Windows",
    "cp1252": "western European, Windows",
    "cp437": "American, DOS",
    "cp949": "Korean",
    "cp950": "traditional Chinese",
    "cp737": "Greek, DOS",
    "cp1253": "Greek, Windows",
}
_UTF8 = 0x800  # flag of a member
_UNICODE_PATH = 0x7075  # Info-ZIP's extra field: the name in UTF-8, beside one in a code page
_MOST = 1000  # names that are judged
_LONGEST = 100  # letters of each
_CLOSE = 0.15  # two readings whose plausibility differs by less could both be meant
_SELDOM = {"cp737": 0.2, "cp1253": 0.2, "cp950": 0.05}  # taken off, since Greek has the places of Cyrillic
_USUAL = set("äöüé")
_COMMON = set("ßèáíóúñçãõêàâôîûåøæčšžřěůýłąęćńśźżőűășțşţğıđďťň")
# syllables that are in most Korean words, by far not all
_HANGUL = set(
    "이가고개양강아지사과배기나다라마바자차카타파하도리그미수인대전정부시안구호선영산동중신물병색빨노초록흰검은집꽃무새말소닭토끼돼"
    "원숭곰랑여우늑어린남학교한국장모음식로오을를의에서와들세계제주조경성상공일요월화목금유비행포버터치"
)
_FREQUENT = set("ёоеаинтсрвлкмдпуяыьгзбчйхжшюцщэфαβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ")
_RARER = set("іїєґўъ")


@dataclass(frozen=True)
class ZipNames:
    """The names of a zip's members.

    Attributes:
        names: In the members' order.
        code_page: The code page that was chosen for those that are not in UTF-8; "" where all are.
        unsure: Whether another code page gives names that are as plausible.
    """

    names: list[str]
    code_page: str = ""
    unsure: bool = False

    @property
    def note(self) -> str:
        """What the user should know about the choice; "" where there was none."""
        if not self.code_page:
            return ""
        language = f" ({CODE_PAGES[self.code_page]})" if self.code_page in CODE_PAGES else ""
        doubt = ", but could be in another" if self.unsure else ""
        return f"The zip's names were read in the code page {self.code_page}{language}{doubt}."


def read_names(members: Sequence[zipfile.ZipInfo], code_page: str = "") -> ZipNames:
    """Return the members' names: UTF-8 where a member says so or all fit it, else in the code page that fits all best.

    Args:
        members: Of one zip.
        code_page: The one to read names in that don't say they are UTF-8; "" finds it.

    Raises:
        UsageError: If there is no such code page.
    """
    raw = [_read_raw(member) for member in members]
    unknown = list(dict.fromkeys(name for name in raw if isinstance(name, bytes) and not name.isascii()))
    chosen, unsure = (_check(code_page), False) if code_page else _choose(unknown)
    names = [name if isinstance(name, str) else name.decode(chosen, errors="replace") for name in raw]
    told = chosen if unknown and chosen != "utf-8" else ""
    # without "/" anywhere, as some programs on Windows write them; never a part of a letter, since they are decoded
    if not any("/" in name for name in names):
        names = [name.replace("\\", "/") for name in names]
    return ZipNames(names, told, unsure and bool(told))


def _read_raw(member: zipfile.ZipInfo) -> str | bytes:
    """Return a member's name as its bytes, or as text where it says that these are UTF-8."""
    name = member.orig_filename.partition("\0")[0]
    if member.flag_bits & _UTF8:
        return name
    raw = name.encode("cp437", errors="replace")
    extra = member.extra
    while len(extra) >= 4:
        kind, length = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and field[:1] == b"\1" and int.from_bytes(field[1:5], "little") == zlib.crc32(raw):
            return field[5:].decode(errors="replace")
    return raw


def _check(code_page: str) -> str:
    try:
        "".encode(code_page)
        b"".decode(code_page)
    except (LookupError, UnicodeError, ValueError) as error:
        raise UsageError(
            f"There is no code page {code_page[:40]!r}: name one such as {', '.join(list(CODE_PAGES)[:4])} or utf-8."
        ) from error
    return code_page


def _choose(names: list[bytes]) -> tuple[str, bool]:
    """Return the code page in which all names are most plausible, and whether another is about as good."""
    if _decode(names, "utf-8") is not None:
        return "utf-8", False
    parts = list(dict.fromkeys(part for name in names for part in name.split(b"/") if not part.isascii()))[:_MOST]
    scores: dict[str, float] = {}
    for code_page in CODE_PAGES:
        if (decoded := _decode(parts, code_page)) is not None and _decode(names, code_page) is not None:
            scores[code_page] = sum(_judge(text[:_LONGEST], code_page) for text in decoded) / len(decoded)
            scores[code_page] -= _SELDOM.get(code_page, 0)
    if not scores:
        return "cp437", True  # it has a sign for every byte
    best = max(scores, key=lambda code_page: scores[code_page])
    chosen = _decode(parts, best)
    close = [page for page, score in scores.items() if score > scores[best] - _CLOSE and _decode(parts, page) != chosen]
    return best, bool(close)


def _decode(names: list[bytes], code_page: str) -> list[str] | None:
    try:
        return [name.decode(code_page) for name in names]
    except UnicodeDecodeError:
        return None


def _judge(text: str, code_page: str) -> float:
    """Return how plausible a name is, at most about 1: the mean over its letters beyond ASCII."""
    scores = []
    for word in re.findall(r"[^\W\d_]+|[^\x00-\x7f]", text):
        if not word.isascii():
            scores += _judge_word(word, code_page)
    return sum(scores) / len(scores) if scores else -2.0


def _judge_word(word: str, code_page: str) -> list[float]:
    odd = [letter for letter in word if not letter.isascii()]
    plain = len(word) - len(odd)
    shouted = word == word.upper() and len(word) > 1
    scores = []
    for position, letter in enumerate(word):
        if letter.isascii():
            continue
        score = _judge_letter(letter, code_page)
        latin = unicodedata.name(letter, "").startswith("LATIN")
        if letter.isupper() and position and not shouted:
            score -= 1.5
        if not latin and plain:  # scripts are not mixed within a word
            score -= 1.0
        if latin and len(odd) > plain:
            score -= 0.7
        scores.append(score)
    return scores


def _judge_letter(letter: str, code_page: str) -> float:
    name = unicodedata.name(letter, "")
    if not letter.isalpha():
        return -1.0 if unicodedata.category(letter).startswith("P") else -2.0
    if name.startswith("HALFWIDTH"):
        return -0.8
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return 1.0
    if name.startswith(("CJK", "HANGUL")):
        return _judge_ideograph(letter, code_page)
    small = letter.lower()
    if name.startswith(("CYRILLIC", "GREEK")):
        return 1.0 if small in _FREQUENT else 0.5 if small in _RARER else -0.5
    return 1.0 if small in _USUAL else 0.8 if small in _COMMON else 0.1


def _judge_ideograph(letter: str, code_page: str) -> float:
    """Judge by the place in the code page: the common ones come first in each."""
    lead = letter.encode(code_page)[0]
    trail = letter.encode(code_page)[-1]
    if code_page == "cp932":
        return 0.9 if lead < 0x98 else -0.3
    if code_page == "cp950":
        return 0.7 if 0xA4 <= lead < 0xC7 else 0.0
    if lead < 0xB0 or trail < 0xA1:  # added later
        return -0.8
    if code_page == "cp949":
        return -0.5 if lead > 0xC8 else 1.0 if letter in _HANGUL else 0.5
    return 0.85 if lead < 0xD8 else 0.1
