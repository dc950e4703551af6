"""Countries as requests call them and as tables keep them: Estonia is EE or EST there."""

from functools import lru_cache

_CODES = """
argentina AR ARG; australia AU AUS; austria AT AUT; belgium BE BEL; brazil BR BRA; bulgaria BG BGR;
canada CA CAN; chile CL CHL; china CN CHN; croatia HR HRV; cyprus CY CYP; czechia CZ CZE;
denmark DK DNK; estonia EE EST; finland FI FIN; france FR FRA; germany DE DEU; greece GR GRC;
hungary HU HUN; iceland IS ISL; india IN IND; ireland IE IRL; israel IL ISR; italy IT ITA;
japan JP JPN; latvia LV LVA; lithuania LT LTU; luxembourg LU LUX; malta MT MLT; mexico MX MEX;
netherlands NL NLD; norway NO NOR; poland PL POL; portugal PT PRT; romania RO ROU; serbia RS SRB;
singapore SG SGP; slovakia SK SVK; slovenia SI SVN; spain ES ESP; sweden SE SWE; switzerland CH CHE;
turkey TR TUR; ukraine UA UKR
"""
# What people of them, and things, are called.
_ALIKE = """
argentine:argentina australian:australia austrian:austria belgian:belgium brazilian:brazil
bulgarian:bulgaria canadian:canada chinese:china croatian:croatia czech:czechia danish:denmark
dutch:netherlands estonian:estonia finnish:finland french:france german:germany greek:greece
hungarian:hungary indian:india irish:ireland italian:italy japanese:japan latvian:latvia
lithuanian:lithuania mexican:mexico norwegian:norway polish:poland portuguese:portugal
romanian:romania slovak:slovakia slovenian:slovenia spanish:spain swedish:sweden swiss:switzerland
turkish:turkey ukrainian:ukraine holland:netherlands
"""


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    listed = (each.split() for each in _CODES.split(";"))
    codes = {name: tuple(each.lower() for each in found) for name, *found in listed}
    alike = (pair.split(":") for pair in _ALIKE.split())
    return codes | {name: codes[country] for name, country in alike}


def codes(word: str) -> tuple[str, ...]:
    """Return the codes of a country, all in lower case; none of what is no country."""
    return _names().get(word, ())


def names(value: str, tokens: frozenset[str]) -> bool:
    """Tell whether a value is the code of a country that is among the words of a text."""
    return len(value) in {2, 3} and any(value in codes(each) for each in tokens)
