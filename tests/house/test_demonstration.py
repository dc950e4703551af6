"""The history of the demonstration is made by the verbs themselves, so every rule has its say.

This file comes before those that act in the house.
"""

import csv
import io

from tests.house.running import House


def test_overdue_reviews_do_not_burden_who_tries_it_first(whole_house: House) -> None:
    ada, carl = whole_house.sign_in("requester"), whole_house.sign_in("compliance")

    late = {each["holder"]["name"] for each in carl.get("reviews?overdue=true")["items"]}
    waived = csv.DictReader(io.StringIO(carl.look("/cases.csv?waived=yes")))
    made = ada.break_glass(waiver="")

    assert late == {"Lena Fischer", "Samir Haddad"}
    assert {each["Who"] for each in waived} == {"Lena Fischer"}
    ada.post(f"grants/{made['grant']}/relinquish")
