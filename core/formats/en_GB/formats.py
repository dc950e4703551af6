"""English: hours as everywhere else in the product, 07:34 and not 7:34 a.m."""

DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
