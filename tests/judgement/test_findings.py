from judgement.findings import Finding, Severity, gravest_first


def finding(severity: Severity, tier: int) -> Finding:
    return Finding(code="x", tier=tier, severity=severity, action=0, text="It did.")


class TestOrder:
    def test_the_gravest_comes_first_and_then_what_is_surest(self) -> None:
        low, high = finding(Severity.LOW, 0), finding(Severity.HIGH, 2)
        surer = finding(Severity.HIGH, 0)
        assert gravest_first([low, high, surer]) == [surer, high, low]
