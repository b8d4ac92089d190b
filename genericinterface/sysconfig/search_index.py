"""Settings of the index of words: which words of an article are kept."""

from __future__ import annotations

from dataclasses import dataclass

from genericinterface import stop_words
from genericinterface.sysconfig.setting import Texts, setting

ATTRIBUTE = "Ticket::SearchIndex::Attribute"
STOP_WORDS = "Ticket::SearchIndex::StopWords###"


@dataclass(frozen=True)
class SearchIndexSettings:
    """Part of SystemConfiguration."""

    search_index_word_length_min: int = setting(
        3,
        f"{ATTRIBUTE}###WordLengthMin",
        "shorter words of subjects and bodies are not indexed",
        stored=ATTRIBUTE,
        key="WordLengthMin",
    )
    search_index_word_length_max: int = setting(
        30, f"{ATTRIBUTE}###WordLengthMax", "nor are longer ones", stored=ATTRIBUTE, key="WordLengthMax"
    )
    search_index_word_count_max: int = setting(
        1000,
        f"{ATTRIBUTE}###WordCountMax",
        "nor more words of one text than these",
        stored=ATTRIBUTE,
        key="WordCountMax",
    )
    search_index_filters: Texts = setting(
        (
            r"""[,\&\<\>\?"\!\*\|;\[\]\(\)\+\$\^=]""",
            r"^[':.]|[':.]$",
            r"^[^\w]+$",
        ),
        "Ticket::SearchIndex::Filters",
        "expressions; what they find in a word is taken out of it",
    )
    search_index_unfiltered: bool = setting(
        False, "Ticket::SearchIndex::ForceUnfilteredStorage", "whole texts are indexed, nothing is left out"
    )
    search_index_archived: bool = setting(
        False, "Ticket::SearchIndex::IndexArchivedTickets", "articles of archived tickets are indexed as well"
    )
    search_index_attachment_names: bool = setting(
        True, "Ticket::Article::Backend::MIMEBase::IndexAttachmentNames", "names of attachments are indexed"
    )
    search_index_stop_words_de: Texts = setting(
        stop_words.GERMAN, STOP_WORDS + "de", "German words that are not indexed"
    )
    search_index_stop_words_en: Texts = setting(stop_words.ENGLISH, STOP_WORDS + "en", "English ones")
    search_index_stop_words_es: Texts = setting(stop_words.SPANISH, STOP_WORDS + "es", "Spanish ones")
    search_index_stop_words_fr: Texts = setting(stop_words.FRENCH, STOP_WORDS + "fr", "French ones")
    search_index_stop_words_it: Texts = setting(stop_words.ITALIAN, STOP_WORDS + "it", "Italian ones")
    search_index_stop_words_nl: Texts = setting(stop_words.DUTCH, STOP_WORDS + "nl", "Dutch ones")
    search_index_stop_words_custom: Texts = setting((), STOP_WORDS + "Custom", "further ones")
