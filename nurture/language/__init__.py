"""What is said to people, in English and Japanese: sentences, their catalogue, which language."""

from nurture.language.said import NOTHING, Said, Word, in_language, say, say_number
from nurture.language.tongues import LANGUAGES, language_of, language_of_terminal

__all__ = [
    "LANGUAGES",
    "NOTHING",
    "Said",
    "Word",
    "in_language",
    "language_of",
    "language_of_terminal",
    "say",
    "say_number",
]
