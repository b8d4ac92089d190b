"""The way of a composed mail into the outgoing queue: who the mail server hears of as sender and recipients.

Called where an article is sent (ArticleSend) and for auto responses, in the operation's transaction.
"""

from __future__ import annotations

from dataclasses import replace

from genericinterface.database import mail_queue
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_flush import Article
from genericinterface.mail import message
from genericinterface.mail.message import Outgoing


def post(change: TicketChange, article: Article, mail: Outgoing, raw: bytes) -> int:
    """Puts `raw`, the whole message of an article that is written (flushed), into the queue; gives its ID there.

    As Znuny 6.5: SendmailBcc gets a copy of every mail. SendmailEnvelopeFrom is the envelope's sender, else who it
    is from; of a mail that nobody wrote SendmailNotificationEnvelopeFrom, else nobody, so that no failure is answered.
    """
    configuration = change.sysconfig
    envelope = message.envelope(mail)
    sender = configuration.sendmail_envelope_from or envelope.sender
    if mail.is_automatic:
        sender = configuration.sendmail_notification_envelope_from
        if not sender and configuration.sendmail_notification_envelope_fallback:
            sender = message.envelope(replace(mail, is_automatic=False)).sender
    recipients = list(envelope.recipients)
    if configuration.sendmail_bcc:
        recipients.append(configuration.sendmail_bcc)
    return mail_queue.enqueue(change.connection, article.id, sender, recipients, raw, change.now)


def kept(raw: bytes) -> bytes:
    """A message as Znuny keeps it with the article (`article_data_mime_plain`): lines end as on Unix."""
    return raw.replace(b"\r\n", b"\n")
