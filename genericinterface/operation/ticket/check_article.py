"""Checks an Article of TicketCreate and TicketUpdate, in the order and with the words of Znuny 6.5; fills in defaults.

Called by ticket_create.py (each article) and ticket_update.py (its only one), with the names of check_ticket.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from genericinterface.auth import Actor, Agent
from genericinterface.database import tables as t
from genericinterface.database.lookups import Names
from genericinterface.errors import OperationError
from genericinterface.mail.security import Security
from genericinterface.operation.ticket import ticket_structures as structures
from genericinterface.operation.ticket.check_attachments import AttachmentValues, check_attachments
from genericinterface.operation.ticket.check_ticket import NUMBER
from genericinterface.operation.ticket.content_type import is_charset, is_content_type, is_mime_type
from genericinterface.operation.ticket.mail_address import are_addresses
from genericinterface.operation.ticket.parameter_errors import fits, invalid, missing
from genericinterface.operation.ticket.ticket_structures import given, is_hash, items, misshapen
from genericinterface.schema import NOT_A_SCALAR, text, texts, true
from genericinterface.sysconfig import ArticleDefaults, SystemConfiguration

CHANNELS = ("Email", "Internal", "Phone")  # what these operations can write; Chat is none of them
DEFAULT_CHANNEL = "Internal"
TIME_UNIT = re.compile(r"\d+(?:[.,]\d+)?", re.A)
MORE_DIGITS = re.compile(r"(\.\d\d)\d+", re.A)
MOST_TIME = Decimal("99999999.99")  # what time_accounting.time_unit can hold
LISTS = ("ForceNotificationToUserID", "ExcludeNotificationToUserID", "ExcludeMuteNotificationToUserID")


@dataclass
class ArticleValues:
    """An Article that was checked, with the defaults of the operation and of who asks.

    `from_` and `to` are None where the operation finds them. `as_text` says that Znuny answers with the article's ID
    as text.
    """

    subject: str
    body: str
    content_type: str
    channel: str
    channel_id: int
    sender_type_id: int
    is_visible_for_customer: bool
    auto_response_type: str
    history_type: str
    history_comment: str
    from_: str | None
    to: str | None
    cc: str | None
    bcc: str | None
    time_unit: str | None
    send: bool
    no_agent_notify: bool
    as_text: bool
    sign: Security | None = None
    crypt: Security | None = None
    attachments: list[AttachmentValues] = field(default_factory=list)
    notify: dict[str, list[int]] = field(default_factory=dict)  # IDs of agents by the name of the parameter


class ArticleCheck:
    """The check of one request's articles; `operation` is TicketCreate or TicketUpdate."""

    def __init__(
        self, operation: str, actor: Actor, names: Mapping[str, Names], sysconfig: SystemConfiguration
    ) -> None:
        self.operation = operation
        self.actor = actor
        self.names = names
        self.sysconfig = sysconfig
        self.defaults: ArticleDefaults = (
            sysconfig.ticket_create_defaults if operation == "TicketCreate" else sysconfig.ticket_update_defaults
        )

    def check(self, data: object) -> ArticleValues:
        """The values of an Article; what is no hash has none. Raises OperationError."""
        article = structures.trimmed(structures.Article, data if isinstance(data, dict) else {})
        self._check_texts(article)
        auto_response_type = self._auto_response_type(article)
        channel = "Email" if true(article.ArticleSend) else self._channel(article)
        sender_type_id = self._sender_type_id(article)
        self._check_addresses(article)
        content_type = self._content_type(article)
        history_type = self._history_type(article)
        time_unit = self._time_unit(article)
        no_agent_notify = self._no_agent_notify(article)
        notify = {name: self._agents(name, getattr(article, name)) for name in LISTS}
        send = true(article.ArticleSend)
        return ArticleValues(
            subject=str(article.Subject),
            body=str(article.Body),
            content_type=content_type,
            channel=channel,
            channel_id=self.names[t.communication_channel.name].ids[channel],
            sender_type_id=sender_type_id,
            is_visible_for_customer=self._is_visible(article),
            auto_response_type=auto_response_type,
            history_type=history_type,
            history_comment=given(article.HistoryComment) or self.defaults.history_comment,
            from_=given(article.From),
            to=given(article.To),
            cc=given(article.Cc),
            bcc=given(article.Bcc),
            time_unit=time_unit,
            send=send,
            no_agent_notify=no_agent_notify,
            as_text=self._sender_type(article) == "customer",
            sign=self._security("Sign", article.Sign) if send else None,
            crypt=self._security("Crypt", article.Crypt) if send else None,
            attachments=self._attachments(article),
            notify={name: agents for name, agents in notify.items() if agents},
        )

    def _missing(self, sentence: str) -> OperationError:
        return missing(self.operation, sentence)

    def _invalid(self, sentence: str) -> OperationError:
        return invalid(self.operation, sentence)

    def _check_texts(self, article: structures.Article) -> None:
        for name in ("Subject", "Body"):
            if not true(getattr(article, name)):
                raise self._missing(f"Article->{name} parameter is missing!")
        wrong = misshapen(article)
        if wrong:
            raise self._invalid(f"Article->{wrong} parameter is invalid!")
        for name, column in (
            ("Subject", "a_subject"),
            ("Body", "a_body"),
            ("From", "a_from"),
            ("To", "a_to"),
            ("Cc", "a_cc"),
            ("Bcc", "a_bcc"),
            ("ContentType", "a_content_type"),
        ):
            fits(self.operation, f"Article->{name}", getattr(article, name), t.article_data_mime, column)
        if "\x00" in (article.HistoryComment or ""):  # a longer one is cut, as in Znuny
            raise self._invalid("Article->HistoryComment parameter is invalid!")

    def _auto_response_type(self, article: structures.Article) -> str:
        found = given(article.AutoResponseType) or self.defaults.auto_response_type
        if self.names[t.auto_response_type.name].valid_id(found) is None:
            raise self._invalid("Article->AutoResponseType parameter is invalid!")
        return found

    def _channel(self, article: structures.Article) -> str:
        """The name counts where there is an ID, too."""
        found = given(article.CommunicationChannel)
        number = given(article.CommunicationChannelID)
        known = self.names[t.communication_channel.name]
        if found is None and number is not None:
            found = known.names.get(int(number), "") if NUMBER.fullmatch(number) else ""
        if found is None:
            found = DEFAULT_CHANNEL
        if found not in CHANNELS or known.valid_id(found) is None:
            raise self._invalid(
                "Article->CommunicationChannel or Article->CommunicationChannelID parameter is invalid or not"
                " supported!"
            )
        return found

    def _sender_type(self, article: structures.Article) -> str:
        """The name in the request, or of who asks where there is neither name nor ID."""
        found = given(article.SenderType)
        if found is None and given(article.SenderTypeID) is None:
            return "agent" if isinstance(self.actor, Agent) else "customer"
        return found or ""

    def _sender_type_id(self, article: structures.Article) -> int:
        """The ID counts where there is a name, too."""
        number = given(article.SenderTypeID)
        known = self.names[t.article_sender_type.name]
        if number is not None:
            found = int(number) if NUMBER.fullmatch(number) and int(number) in known.names else None
        else:
            found = known.ids.get(self._sender_type(article))
        if found is None:
            raise self._invalid("Article->SenderTypeID or Ticket->SenderType parameter is invalid!")
        return found

    def _is_visible(self, article: structures.Article) -> bool:
        value = article.IsVisibleForCustomer
        return self.defaults.is_visible_for_customer if value is None else true(value)

    def _check_addresses(self, article: structures.Article) -> None:
        if true(article.From) and not are_addresses(str(article.From), self.sysconfig):
            raise self._invalid("Article->From parameter is invalid!")
        if not true(article.ArticleSend):
            return
        if not true(article.To) or not are_addresses(str(article.To), self.sysconfig):
            # TicketUpdate says TicketCreate here, too (Znuny 6.5).
            sentence = "Article->To parameter must be a valid email address when Article->ArticleSend is set!"
            raise invalid("TicketCreate", sentence)

    def _content_type(self, article: structures.Article) -> str:
        """ContentType, or what MimeType and Charset make."""
        whole, mime_type, charset = (given(value) for value in (article.ContentType, article.MimeType, article.Charset))
        if whole is None and mime_type is None and charset is None:
            sentence = "Article->ContentType or Ticket->MimeType and Article->Charset parameters are required!"
            raise self._missing(sentence)
        if mime_type is not None and charset is None:
            raise self._missing("Article->Charset is required!")
        if charset is not None and mime_type is None:
            raise self._missing("Article->MimeType is required!")
        if mime_type is not None and not is_mime_type(mime_type):
            raise self._invalid("Article->MimeType is invalid!")
        if charset is not None and not is_charset(charset):
            raise self._invalid("Article->Charset is invalid!")
        if whole is not None and not is_content_type(whole, charset=True):
            raise self._invalid("Article->ContentType is invalid!")
        return (whole or f"{mime_type}; charset={charset}").lower()

    def _history_type(self, article: structures.Article) -> str:
        found = given(article.HistoryType) or self.defaults.history_type
        if self.names[t.ticket_history_type.name].valid_id(found) is None:
            raise self._invalid("Article->HistoryType parameter is invalid!")
        return found

    def _time_unit(self, article: structures.Article) -> str | None:
        """The number with a point and two digits behind it at most, None for 0; more digits are cut off (Znuny 6.5)."""
        value = article.TimeUnit
        if not true(value):
            if self.sysconfig.ticket_frontend_account_time and self.sysconfig.ticket_frontend_need_accounted_time:
                raise self._missing("Article->TimeUnit parameter is required by sysconfig option!")
            return None
        if TIME_UNIT.fullmatch(str(value)) is None:
            raise self._invalid("Article->TimeUnit parameter is invalid!")
        unit = MORE_DIGITS.sub(r"\1", str(value).replace(",", "."))
        if Decimal(unit) > MOST_TIME:
            raise self._invalid("Article->TimeUnit parameter is invalid!")
        return unit if Decimal(unit) else None

    def _no_agent_notify(self, article: structures.Article) -> bool:
        if true(article.NoAgentNotify) and article.NoAgentNotify != "1":
            raise self._invalid("Article->NoAgent parameter is invalid!")
        return true(article.NoAgentNotify)

    def _agents(self, name: str, value: object) -> list[int]:
        """IDs of valid agents."""
        if value is None:
            return []
        if isinstance(value, dict):
            raise self._invalid(f"Article->{name} parameter is invalid!")
        valid = self.names[t.users.name].valid
        found = []
        for item in texts(value) or [""]:
            number = (item or "").strip()
            if number == NOT_A_SCALAR:
                raise self._invalid(f"Article->{name} parameter is invalid!")
            if not NUMBER.fullmatch(number) or int(number) not in valid:
                raise self._invalid(f"Article->{name} UserID={number} parameter is invalid!")
            found.append(int(number))
        return found

    def _security(self, name: str, value: object) -> Security | None:
        """Sign or Crypt of an article that is sent. Unlike Znuny 6.5, what cannot be done is an error answer."""
        if not true(value):
            return None
        wrong = self._invalid(f"Article->{name} parameter is invalid!")
        if not is_hash(value) or not isinstance(value, dict):
            raise wrong
        security = structures.trimmed(structures.EmailSecurity, value)
        keys = [text(key) for key in items(security.Key)]
        if security.Type not in ("PGP", "SMIME") or (security.SubType or "Detached") not in ("Inline", "Detached"):
            raise wrong
        if not all(key and key != NOT_A_SCALAR for key in keys):
            raise wrong
        return Security(security.Type, security.SubType or "", tuple(str(key).strip() for key in keys))

    def _attachments(self, article: structures.Article) -> list[AttachmentValues]:
        """Files of this article alone. Znuny 6.5 looks at them and loses them."""
        if article.Attachment is None:
            return []
        if not structures.is_hash(article.Attachment) and not structures.is_list(article.Attachment):
            raise self._missing("Attachment parameter is missing or not valid!")
        return check_attachments(self.operation, article.Attachment)
