"""German: how core.dates writes days, and what German calls the time zones of its neighbours."""

DAY = "j. N"
DAY_YEAR = "j. N Y"
LONG_DAY = "j. F Y"
WEEKDAY = "D, j. N Y"
LONG_WEEKDAY = "l, j. F Y"
ZONES = {
    "CET": "MEZ",
    "CEST": "MESZ",
    "WET": "WEZ",
    "WEST": "WESZ",
    "EET": "OEZ",
    "EEST": "OESZ",
}
