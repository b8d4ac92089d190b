"""Auto responses: what a queue answers to a new article, by mail and as an article of its own.

Called by TicketCreate and TicketUpdate in their transaction, after the article was added. Who is answered and what the
history says of it is as in Znuny 6.5, which answers articles of every sender and channel; found by asking it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import regex

from genericinterface.database import auto_responses, lookups, template_people
from genericinterface.database import tables as t
from genericinterface.database.article_writing import NewArticle, add_article
from genericinterface.database.auto_responses import AutoResponse
from genericinterface.database.last_mail import MailIds
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_flush import Article
from genericinterface.html_text import to_text
from genericinterface.mail import message, outbox, subject, template
from genericinterface.mail.message import Outgoing
from genericinterface.mail.queue_texts import mailbox
from genericinterface.mail.thread import reply
from genericinterface.mail.ticket_placeholders import placeholders

HISTORY = {
    "auto reply": "SendAutoReply",
    "auto reply/new ticket": "SendAutoReply",
    "auto follow up": "SendAutoFollowUp",
    "auto reject": "SendAutoReject",
}
OTHER_HISTORY = "Misc"  # auto remove
# A new ticket in a state of these types is not confirmed.
ENDED = ("closed", "removed")
TIMEOUT = 0.1  # seconds for SendNoAutoResponseRegExp on an address that a stranger chose

_PIECE = re.compile(r'(?:"(?:[^"\\]|\\.)*+"|<[^<>]*+>|[^,"<]|["<])+')
_ANGLE = re.compile(r"<([^<>]*+)>\s*\Z")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+")


def respond(change: TicketChange, article: Article, kind: str) -> None:
    """Answers `article`, which was added to `change`, as its queue answers on an occasion of the type `kind`.

    `kind` is the request's AutoResponseType. Writes the response as an article and puts the mail into the queue;
    without a response of that queue and type it costs nothing. Raises MailError where the queue's own address is none.
    """
    response = auto_responses.find(change.connection, change.row.queue_id, kind)
    if response is None:
        return
    state_type = change.state_type(change.row.ticket_state_id)
    if kind == "auto reply" and state_type in ENDED:
        told = f"Sent no auto response or agent notification because ticket is state-type '{state_type}'!"
        change.add_history("Misc", told)
        return
    customer = template_people.customer(change.connection, change.row.customer_user_id)
    to = ", ".join(_Sender(change).answerable(str(article.mime["a_from"])))
    cc = customer.get("UserEmail", "")
    if cc.lower() in to.lower() or not _ADDRESS.fullmatch(cc):
        cc = ""
    if to or cc:
        change.flush()  # a text may tell the ticket's ID
        _send(change, kind, _written(change, article, response, customer, to, cc))


@dataclass
class _Sender:
    """Whom of an article's senders an answer may go to; tells the history why not."""

    change: TicketChange
    counted: list[str] = field(default_factory=list)

    def answerable(self, sender: str) -> list[str]:
        """The senders as they were written, without those that must not be answered."""
        pieces = [piece.strip() for piece in _PIECE.findall(sender)]
        addresses = {piece: address for piece in pieces for address in [_address(piece)] if address}
        connection, now = self.change.connection, self.change.now
        sent = auto_responses.sent_today(connection, list(addresses.values()), now) if addresses else {}
        ours = auto_responses.system_addresses(connection)
        found = [
            piece
            for piece in pieces
            if self._may_get_one(piece, addresses.get(piece), sent) and addresses[piece] not in ours
        ]
        if self.counted:
            auto_responses.note_sent(connection, self.counted, now)
        return found

    def _may_get_one(self, piece: str, address: str | None, sent: dict[str, int]) -> bool:
        if address is None:
            for word in piece.split():
                self._tell(f"Sent no auto response to '{word}' - no valid email address.")
            return False
        if sent.get(address, 0) + self.counted.count(address) >= self._most(address):
            self.change.add_history("LoopProtection", f"%%{address}")
            return False
        self.counted.append(address)
        if _is_excluded(self.change.sysconfig.send_no_auto_response, address):
            self._tell(f"Sent no auto response to '{address}', SendNoAutoResponseRegExp matched.")
            return False
        return True

    def _most(self, address: str) -> int:
        configuration = self.change.sysconfig
        own = dict(configuration.postmaster_max_emails_per_address).get(address, "")
        return int(own) if own.isdecimal() else configuration.postmaster_max_emails

    def _tell(self, what: str) -> None:
        self.change.add_history("Misc", what)


def _written(
    change: TicketChange,
    article: Article,
    response: AutoResponse,
    customer: template_people.Person,
    to: str,
    cc: str,
) -> Outgoing:
    configuration, mime = change.sysconfig, article.mime
    # Znuny takes the article for a mail that it would answer: who wrote it is To, the other side From.
    answered = template.Article(
        from_=mime["a_to"],
        to=mime["a_from"],
        cc=mime["a_cc"],
        subject=subject.clean(configuration, change.row.tn, mime["a_subject"]),
        body=mime["a_body"],
    )
    values = placeholders(change, customer, answered)
    title = " ".join(template.expand(response.subject, values).splitlines())
    if configuration.rich_text:
        html = template.as_html(response.text, response.content_type)
        body, kind = template.page(template.expand_html(html, values), configuration.rich_text_css), "text/html"
    else:
        plain = to_text(response.text) if template.is_html(response.content_type) else response.text
        body, kind = template.expand(plain, values), "text/plain"
    thread = reply(MailIds(mime["a_message_id"], mime["a_in_reply_to"], mime["a_references"]))
    mail = Outgoing(
        from_=mailbox(response.real_name, response.address),
        to=to,
        cc=cc,
        subject=subject.build(configuration, change.row.tn, title, is_clean=True),
        body=body,
        mime_type=kind,
        message_id=message.new_message_id(configuration.fqdn),
        in_reply_to=thread.in_reply_to,
        references=thread.references,
        is_automatic=True,
    )
    return message.configured(mail, configuration)


def _send(change: TicketChange, kind: str, mail: Outgoing) -> None:
    names = lookups.names(change.connection, (t.article_sender_type, t.communication_channel))
    raw = message.compose(mail)
    article = add_article(
        change,
        NewArticle(
            subject=mail.subject,
            body=mail.body,
            content_type=f"{mail.mime_type}; charset=utf-8",
            channel_id=names["communication_channel"].ids["Email"],
            sender_type_id=names["article_sender_type"].ids["system"],
            is_visible_for_customer=True,
            history_type=HISTORY.get(kind, OTHER_HISTORY),
            history_comment=f"%%{mail.to}",
            from_=mail.from_,
            to=mail.to,
            cc=mail.cc,
            message_id=mail.message_id,
            in_reply_to=mail.in_reply_to,
            references=mail.references,
            plain=outbox.kept(raw),
        ),
    )
    change.flush()
    outbox.post(change, article, mail, raw)


def _address(piece: str) -> str | None:
    """The address of one mailbox, or None of what is none."""
    found = _ANGLE.search(piece)
    address = found[1].strip() if found else piece
    return address if _ADDRESS.fullmatch(address) else None


def _is_excluded(pattern: str, address: str) -> bool:
    if not pattern:
        return False
    try:
        return regex.search(pattern, address, regex.IGNORECASE, timeout=TIMEOUT) is not None
    except TimeoutError:
        return True
    except regex.error:  # Perl may know it nevertheless
        return False
