"""Settings of mail: who sends, what it looks like, how it leaves, signing and encrypting."""

from __future__ import annotations

from dataclasses import dataclass

from genericinterface.sysconfig.setting import Pairs, setting


@dataclass(frozen=True)
class MailSettings:
    """Part of SystemConfiguration."""

    fqdn: str = setting(
        "yourhost.example.com",
        "FQDN",
        "name of this machine, in addresses, links, Message-IDs and when greeting the mail server",
    )
    organization: str = setting("Example Company", "Organization", "in the mails' header `Organization`")
    admin_email: str = setting("support@<OTRS_CONFIG_FQDN>", "AdminEmail", "address of the administrator")
    notification_sender_name: str = setting(
        "OTRS Notifications", "NotificationSenderName", "name of the sender of notifications"
    )
    notification_sender_email: str = setting(
        "otrs@<OTRS_CONFIG_FQDN>", "NotificationSenderEmail", "address of the sender of notifications"
    )
    script_alias: str = setting("otrs/", "ScriptAlias", "path of Znuny's pages, in links")
    http_type: str = setting("http", "HttpType", "`http` or `https`, in links")
    default_language: str = setting("en", "DefaultLanguage", "language of people who have chosen none")
    firstname_lastname_order: int = setting(
        0, "FirstnameLastnameOrder", "how full names are put together, 0 to 9 as in Znuny"
    )
    rich_text: bool = setting(True, "Frontend::RichText", "articles and auto responses are HTML")
    rich_text_css: str = setting(
        "font-family:Geneva,Helvetica,Arial,sans-serif; font-size: 12px;",
        "Frontend::RichText::DefaultCSS",
        "style of HTML articles and mails",
    )
    define_email_from: str = setting(
        "SystemAddressName",
        "Ticket::DefineEmailFrom",
        "sender's name of answers: `SystemAddressName`, `AgentName` or `AgentNameSystemAddressName`",
    )
    define_email_from_separator: str = setting(
        "via", "Ticket::DefineEmailFromSeparator", "between the names of agent and queue there"
    )
    auto_response_for_web_tickets: bool = setting(
        True, "AutoResponseForWebTickets", "auto responses also go to customers who wrote on the web"
    )
    send_no_auto_response: str = setting(
        "(MAILER-DAEMON|postmaster|abuse)@.+?\\..+?",
        "SendNoAutoResponseRegExp",
        "addresses that never get an auto response, an expression",
    )
    check_email_addresses: bool = setting(True, "CheckEmailAddresses", "addresses are checked for their form")
    check_mx_record: bool = setting(True, "CheckMXRecord", "addresses are looked up in the DNS, where they are checked")
    check_mx_record_nameserver: str = setting("", "CheckMXRecord::Nameserver", "the server that is asked for it")
    check_email_valid_address: str = setting(
        "^(root@localhost|admin@localhost)$", "CheckEmailValidAddress", "addresses that are good unseen, an expression"
    )
    check_email_invalid_address: str = setting(
        "@(example)\\.(..|...)$", "CheckEmailInvalidAddress", "addresses that are never good, an expression"
    )
    postmaster_max_emails: int = setting(
        40, "PostmasterMaxEmails", "auto responses that one address gets in a day at most"
    )
    postmaster_max_emails_per_address: Pairs = setting(
        (), "PostmasterMaxEmailsPerAddress", "the same for single addresses"
    )
    loop_protection_module: str = setting(
        "Kernel::System::PostMaster::LoopProtection::DB", "LoopProtectionModule", "who counts them"
    )
    notification_characters_per_line: int = setting(
        80, "Notification::CharactersPerLine", "length of a line of text in notifications and auto responses"
    )


@dataclass(frozen=True)
class DeliverySettings:
    """Part of SystemConfiguration."""

    sendmail_module: str = setting(
        "Kernel::System::Email::Sendmail",
        "SendmailModule",
        "how mail is delivered; also `…::SMTP`, `…::SMTPTLS`, `…::SMTPS`, `…::DoNotSendEmail` ([mail.md](mail.md))",
    )
    sendmail_command: str = setting(
        "/usr/sbin/sendmail -i -f", "SendmailModule::CMD", "the command of `Kernel::System::Email::Sendmail`"
    )
    sendmail_host: str = setting("mail.example.com", "SendmailModule::Host", "the mail server of the SMTP modules")
    sendmail_port: int = setting(0, "SendmailModule::Port", "its port; 0: 25, 587 (`SMTPTLS`) or 465 (`SMTPS`)")
    sendmail_auth_user: str = setting(
        "", "SendmailModule::AuthUser", "login at the mail server; without it there is no login"
    )
    sendmail_auth_password: str = setting("", "SendmailModule::AuthPassword", "the password of that login", secret=True)
    sendmail_authentication_type: str = setting(
        "password", "SendmailModule::AuthenticationType", "`password` or `oauth2_token`"
    )
    sendmail_bcc: str = setting("", "SendmailBcc", "address that gets a copy of every mail")
    sendmail_envelope_from: str = setting("", "SendmailEnvelopeFrom", "envelope sender; empty: the sender")
    sendmail_notification_envelope_from: str = setting(
        "", "SendmailNotificationEnvelopeFrom", "the same of notifications and auto responses; empty: the null sender"
    )
    sendmail_notification_envelope_fallback: bool = setting(
        False,
        "SendmailNotificationEnvelopeFrom::FallbackToEmailFrom",
        "without it, the sender is the envelope sender of notifications",
    )
    sendmail_encoding_force: str = setting(
        "", "SendmailEncodingForce", "transfer encoding of all text parts; empty: as suits"
    )
    secure_disable_banner: bool = setting(False, "Secure::DisableBanner", "mails do not say by what they were sent")
    sendmail_default_headers: Pairs = setting((), "Sendmail::DefaultHeaders", "further headers of every mail")
    mail_queue_max_attempts: int = setting(
        3,
        "MailQueue###ItemMaxAttempts",
        "attempts before a message that the server refuses for now has failed",
        stored="MailQueue",
        key="ItemMaxAttempts",
    )
    mail_queue_delay: int = setting(
        2,
        "MailQueue###IncrementAttemptDelayInMinutes",
        "minutes between the first two attempts; each next pause is longer by as much",
        stored="MailQueue",
        key="IncrementAttemptDelayInMinutes",
    )
    pgp: bool = setting(False, "PGP", "mails can be signed and encrypted with PGP")
    pgp_bin: str = setting("/usr/bin/gpg", "PGP::Bin", "the program for it", kind="program")
    pgp_options: str = setting("--homedir /opt/otrs/.gnupg/ --batch --no-tty --yes", "PGP::Options", "its options")
    pgp_digest: str = setting("sha256", "PGP::Options::DigestPreference", "the digest of signatures")
    pgp_method: str = setting("Detached", "PGP::Method", "`Detached` (PGP/MIME) or `Inline`")
    pgp_key_passwords: Pairs = setting((), "PGP::Key::Password", "passwords of private keys, by key", secret=True)
    pgp_trusted_network: bool = setting(False, "PGP::TrustedNetwork", "keys are trusted as the keyring says")
    smime: bool = setting(False, "SMIME", "mails can be signed and encrypted with S/MIME")
    smime_bin: str = setting("/usr/bin/openssl", "SMIME::Bin", "the program for it", kind="program")
    smime_cert_path: str = setting("/etc/ssl/certs", "SMIME::CertPath", "folder of certificates")
    smime_private_path: str = setting("/etc/ssl/private", "SMIME::PrivatePath", "folder of private keys")
    smime_fetch_from_customer: bool = setting(
        False, "SMIME::FetchFromCustomer", "certificates are taken from the customer users' records"
    )
