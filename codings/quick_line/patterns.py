"""The parts of a quick line that hold a number, spaces taken out, and what reads each: the first that fits counts.

Each reader answers what the part may say: several alternatives where it may say several things, none where it says
nothing. What it may say only when all that fails stands in `otherwise`.
"""

import re
from collections.abc import Sequence
from functools import cache

from codings.quick_line import much, often
from codings.quick_line.numbers import DIGITS, FRACTION, NUMBER
from codings.quick_line.says import NOTHING, REFUSED, Reader, Says
from codings.quick_line.vocabulary import UNITS, alternatives


def says(key: str) -> Says:
    """What a part of the line says, spaces taken out; nothing where no pattern has it.

    What has the shape of a part and cannot be said in codes is refused as a whole, so that no word of it is taken for
    something else.
    """
    shaped = False
    for pattern, reader in _patterns():
        found = pattern.fullmatch(key)
        if found is not None:
            told = reader(found)
            if told.either:
                return told
            shaped = shaped or reader is not much.strong
    return REFUSED if shaped else NOTHING


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    unit = alternatives("; ".join(UNITS.values()))
    n, maybe = rf"(?P<n>{NUMBER})", rf"(?P<unit>{unit})?"
    whole = rf"(?P<n>(?![0-9]*[.½¼¾/]){NUMBER})"
    times, pieces = "(?:بار|مرتبه|دفعه|نوبت|وعده)", "(?:تا|عدد|دانه)"
    day, week = "(?:day|daily|d)", "(?:week|weekly|wk)"
    cross = (
        rf"(?P<first>{NUMBER})(?P<before>{unit})?[x*](?P<second>{NUMBER})(?P<after>{unit})?"
        rf"(?:[x*](?P<days>{DIGITS})(?:d|days?|روز)?)?"
    )
    table: Sequence[tuple[str, Reader]] = (
        (cross, often.crossed),
        (rf"(?:q|every|each){n}(?:h|hr|hrs|hours?|hourly)", often.every_hours),
        (rf"{n}hourly", often.every_hours),
        (rf"هر{n}ساعت(?:یک{times})?", often.every_hours),
        (rf"(?:روزی|روزانه){n}{times}", often.a_day),
        (rf"{n}{times}در(?:روز|شبانهروز)", often.a_day),
        (rf"{n}(?:x|times?)(?:a|per|/|in|each)?{day}", often.a_day),
        (rf"{n}{maybe}(?:a|per|/|each){day}", often.loose_a_day),
        (rf"روزی{n}{pieces}?{maybe}", often.pieces_a_day),
        (rf"روزانه{n}{pieces}{maybe}", often.pieces_a_day),
        (rf"روزانه{n}(?P<unit>{unit})", often.pieces_a_day),
        (rf"(?:شبی|هرشب){n}{pieces}?{maybe}", often.at_night),
        (rf"هفتهای{n}{times}", often.a_week),
        (rf"{n}{times}درهفته", often.a_week),
        (rf"{n}(?:x|times?)(?:a|per|/|in|each)?{week}", often.a_week),
        # "4 weekly" is every four weeks, or four each week; "70 weekly" is a strength, and weekly.
        (rf"(?![0-9]*\.|[0-9]{{3}}|1[3-9]|[2-9][0-9]){n}(?:per|/|a|weekly){week}?", often.unclear),
        (rf"هفتهای{n}{pieces}?{maybe}", often.pieces_a_week),
        (rf"every{n}(?:weeks?|wks?)", often.every_weeks),
        (rf"q{n}w", often.every_weeks),
        (rf"هر{n}هفته(?:یک{times})?", often.every_weeks),
        (rf"every{n}months?", often.every_months),
        (rf"هر{n}ماه(?:یک{times})?", often.every_months),
        (rf"(?:for|x|بهمدت|برای|تا)?{whole}(?:d|days?|روزه?)", much.lasting(1)),
        (rf"(?:for|x|بهمدت|برای|تا)?{whole}(?:w|wks?|weeks?|هفته)", much.lasting(7)),
        (rf"(?:for|x|بهمدت|برای|تا)?{whole}(?:months?|mo|ماه)", much.lasting(30)),
        (rf"(?:#|no|qty|quantity|disp|dispense|total|تعداد|جمعا)[:=]?{n}{pieces}?{maybe}", much.quantity),
        (rf"(?P<n>{NUMBER}|an?)(?:of)?(?P<unit>{unit})", much.counted),
        (rf"{n}{pieces}", much.pieces),
        (r"(?P<n>یکی)", much.pieces),
        (rf"(?P<n>{FRACTION}|{DIGITS})", much.plain),
        (r".+", much.strong),
    )
    return tuple((re.compile(pattern), reader) for pattern, reader in table)
