"""Articles that go out as mail (ArticleSend): composed, signed and encrypted, kept with the ticket and queued.

Called by TicketCreate and TicketUpdate in their transaction. The article is what was sent: the subject with the number
of the ticket, the body with the signature of the queue, pasted pictures as files. A further mail of a ticket replies to
the one before.
"""

from __future__ import annotations

import re
from dataclasses import replace

from genericinterface.database import lookups
from genericinterface.database.article_writing import NewArticle, NewAttachment, add_article
from genericinterface.database.tables import communication_channel
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_flush import Article
from genericinterface.mail import inline_images, message, outbox, queue_texts, security, subject
from genericinterface.mail.entity import Attachment
from genericinterface.mail.message import Outgoing
from genericinterface.mail.security import KeyStores, Security
from genericinterface.mail.thread import Thread, of_ticket

_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)
NO_KEYS = KeyStores()


def send_article(
    change: TicketChange,
    new: NewArticle,
    sign: Security | None = None,
    crypt: Security | None = None,
    stores: KeyStores = NO_KEYS,
) -> Article:
    """Adds `new` to the ticket as a mail to its To, Cc and Bcc; writes what is pending of the ticket as well.

    Without a `from_` it is from the queue's address. Raises MailError (an address, a header) and SecurityError (a key)
    before anything is queued; the transaction must be given up then.
    """
    thread = Thread()
    if change.id:
        thread = of_ticket(change, new.is_visible_for_customer)
    else:
        change.flush()  # a signature may tell the ticket's ID
    new = _as_sent(change, replace(new, in_reply_to=thread.in_reply_to, references=thread.references))
    mail = _mail(change, new)
    raw = security.secure(mail, sign, crypt, stores)
    article = add_article(change, replace(new, plain=outbox.kept(raw)))
    change.flush()
    outbox.post(change, article, mail, raw)
    return article


def _as_sent(change: TicketChange, new: NewArticle) -> NewArticle:
    configuration = change.sysconfig
    texts = queue_texts.of_ticket(change)
    mime_type = _mime_type(new)
    body = queue_texts.with_signature(change, texts, new.body, mime_type)
    files = new.attachments
    if mime_type == "text/html":
        body, pictures = inline_images.take_out(body, configuration.fqdn)
        files += tuple(_file(picture) for picture in pictures)
    channels = lookups.names(change.connection, (communication_channel,))["communication_channel"].ids
    return replace(
        new,
        channel_id=channels["Email"],
        from_=new.from_ or queue_texts.mailbox(texts.real_name, texts.address),
        subject=subject.build(configuration, change.row.tn, new.subject),
        body=body,
        message_id=message.new_message_id(configuration.fqdn),
        attachments=files,
    )


def _mail(change: TicketChange, new: NewArticle) -> Outgoing:
    charset = _CHARSET.search(new.content_type)
    mail = Outgoing(
        from_=new.from_,
        to=new.to,
        cc=new.cc,
        bcc=new.bcc,
        reply_to=new.reply_to,
        subject=new.subject,
        body=new.body,
        mime_type=_mime_type(new),
        charset=charset[1] if charset else "utf-8",
        message_id=new.message_id,
        in_reply_to=new.in_reply_to,
        references=new.references,
        attachments=[_attachment(file) for file in new.attachments],
    )
    return message.configured(mail, change.sysconfig)


def _mime_type(new: NewArticle) -> str:
    return new.content_type.partition(";")[0].strip().lower()


def _attachment(file: NewAttachment) -> Attachment:
    return Attachment(
        content=file.content,
        content_type=file.content_type,
        filename=file.filename,
        disposition=file.disposition or "attachment",
        content_id=file.content_id or "",
    )


def _file(picture: Attachment) -> NewAttachment:
    return NewAttachment(
        picture.filename, picture.content, picture.content_type, picture.disposition, picture.content_id
    )
