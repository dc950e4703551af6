from judgement import amounts


class TestAmounts:
    def test_an_amount_is_named_in_another_unit_as_well(self) -> None:
        for value, text in (
            ("4096m", "raise it to 4g"),
            ("4g", "raise it to 4 GB"),
            ("3600", "shorten it to 1 hour"),
            ("5000", "a timeout of 5s"),
            ("10485760", "up to 10 MiB"),
            ("50", "pool size is 25, double it"),
            ("64MB", "it has 512MB, an eighth of this was right"),
            ("2G", "the limit of 500M should be four times as much"),
            ("15", "it has 10 workers now, raise that by 50 %"),
            ("92", "raise it to 92"),
        ):
            assert amounts.said(value, text), value

    def test_another_amount_is_none_that_was_named(self) -> None:
        for value, text in (
            ("8g", "raise it to 4g"),
            ("60", "shorten it to 3600"),
            ("9443", "the port is 8443"),
            ("100", "pool size is 25, double it"),
            ("10G", "10 users wait for it"),
            ("10.0.0.8", "the host is 10.0.0.7"),
            ("4", "web-3 and web-5"),
        ):
            assert not amounts.said(value, text), value

    def test_figures_are_of_one_form_whatever_their_digits(self) -> None:
        assert amounts.form("1g") == amounts.form("2.5g")
        assert amounts.form("00:07:4d:aa:10:3c") == amounts.form("3c:22:fb:07:e4:18")
        assert amounts.form("10.0.0.7") != amounts.form("7")
        assert not amounts.form("web-3")
