"""What is worth reading of an event."""

import pytest

from nurture.domain.event_words import more_of


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("https://shop.example/r/" + "aB3_-" * 9, "https://shop.example/r/…"),
        ("https://shop.example/m/" + "x" * 40 + "?lang=ja", "https://shop.example/m/…?lang=ja"),
        ("https://shop.example/cases/one-care-home", "https://shop.example/cases/one-care-home"),
        ("https://shop.example/?q=" + "x" * 40, "https://shop.example/?q=" + "x" * 40),
    ],
)
def test_the_key_to_somebodys_own_page_is_not_shown_with_the_click(target: str, shown: str) -> None:
    assert more_of("email.clicked", {"target": target}, "en") == shown
