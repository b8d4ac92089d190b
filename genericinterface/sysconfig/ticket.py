"""Settings of tickets: what they have, how they are numbered, and what a change brings about."""

from __future__ import annotations

from dataclasses import dataclass

from genericinterface.sysconfig.setting import Pairs, Texts, setting

CREATE = "GenericInterface::Operation::TicketCreate###"
UPDATE = "GenericInterface::Operation::TicketUpdate###"
SEARCH = "GenericInterface::Operation::TicketSearch###"


@dataclass(frozen=True)
class TicketSettings:
    """Part of SystemConfiguration."""

    system_id: str = setting("10", "SystemID", "in ticket numbers and message IDs")
    ticket_type: bool = setting(False, "Ticket::Type", "tickets have types, and TicketCreate wants one")
    ticket_type_default: str = setting("Unclassified", "Ticket::Type::Default", "type of a ticket without")
    ticket_service: bool = setting(False, "Ticket::Service", "tickets have services and SLAs")
    ticket_service_keep_children: bool = setting(
        False, "Ticket::Service::KeepChildren", "services below one that is not valid stay valid"
    )
    ticket_service_default_unknown_customer: bool = setting(
        False, "Ticket::Service::Default::UnknownCustomer", "customers nobody knows may have the default services"
    )
    ticket_responsible: bool = setting(False, "Ticket::Responsible", "tickets have a responsible agent")
    ticket_responsible_auto_set: bool = setting(
        True, "Ticket::ResponsibleAutoSet", "the first owner becomes responsible, where there are such"
    )
    ticket_watcher: bool = setting(False, "Ticket::Watcher", "tickets can be watched")
    ticket_archive_system: bool = setting(
        False, "Ticket::ArchiveSystem", "archived tickets are found only when `SearchInArchive` asks for them"
    )
    ticket_archive_remove_seen_flags: bool = setting(
        True, "Ticket::ArchiveSystem::RemoveSeenFlags", "archiving takes away what says who has seen it"
    )
    ticket_archive_remove_watchers: bool = setting(
        True, "Ticket::ArchiveSystem::RemoveTicketWatchers", "archiving takes away the watchers"
    )
    ticket_hook: str = setting("Ticket#", "Ticket::Hook", "before the number in subjects")
    ticket_hook_divider: str = setting("", "Ticket::HookDivider", "between the two")
    ticket_subject_format: str = setting(
        "Left", "Ticket::SubjectFormat", "where the number stands in subjects: `Left`, `Right` or `None`"
    )
    ticket_subject_size: int = setting(100, "Ticket::SubjectSize", "characters of an answered subject that stay")
    ticket_subject_re: str = setting("Re", "Ticket::SubjectRe", "before the subject of an answer")
    ticket_subject_fwd: str = setting("Fwd", "Ticket::SubjectFwd", "before the subject of what is sent on")
    ticket_number_generator: str = setting(
        "Kernel::System::Ticket::Number::DateChecksum",
        "Ticket::NumberGenerator",
        "what ticket numbers are like: `…::AutoIncrement`, `…::Date`, `…::DateChecksum` or `…::Random`",
    )
    ticket_number_min_counter_size: int = setting(
        5, "Ticket::NumberGenerator::MinCounterSize", "digits of the counter in them at least"
    )
    ticket_number_formatted_counter: bool = setting(
        False, "Ticket::NumberGenerator::Date::UseFormattedCounter", "of `…::Date` as well"
    )
    ticket_number_check_system_id: bool = setting(
        True, "Ticket::NumberGenerator::CheckSystemID", "numbers in subjects are only those with this `SystemID`"
    )
    ticket_frontend_account_time: bool = setting(
        True, "Ticket::Frontend::AccountTime", "time can be accounted, in `TimeUnit`"
    )
    ticket_frontend_need_accounted_time: bool = setting(
        False, "Ticket::Frontend::NeedAccountedTime", "it must be, with every article"
    )
    ticket_frontend_time_units: str = setting(
        " (work units)", "Ticket::Frontend::TimeUnits", "unit of it, in words; also in the history"
    )
    ticket_unlock_on_away: bool = setting(
        True, "Ticket::UnlockOnAway", "a follow-up unlocks the ticket of an owner who is out of office"
    )
    ticket_state_after_pending: Pairs = setting(
        (("pending auto close+", "closed successful"), ("pending auto close-", "closed unsuccessful")),
        "Ticket::StateAfterPending",
        "what the daemon makes of a pending state whose time has come",
    )
    ticket_viewable_state_types: Texts = setting(
        ("new", "open", "pending reminder", "pending auto"), "Ticket::ViewableStateType", "state types in queue views"
    )
    ticket_unlock_state_types: Texts = setting(
        ("new", "open"), "Ticket::UnlockStateType", "state types that the unlock timeout is for"
    )
    ticket_pending_reminder_state_types: Texts = setting(
        ("pending reminder",), "Ticket::PendingReminderStateType", "state types that remind"
    )
    ticket_pending_auto_state_types: Texts = setting(
        ("pending auto",), "Ticket::PendingAutoStateType", "state types that end by themselves"
    )
    ticket_index_module: str = setting(
        "Kernel::System::Ticket::IndexAccelerator::RuntimeDB",
        "Ticket::IndexModule",
        "`…::StaticDB` keeps the tables `ticket_index` and `ticket_lock_index`",
    )
    ticket_new_article_ignore_system_sender: bool = setting(
        False, "Ticket::NewArticleIgnoreSystemSender", "articles of the system are not new to anybody"
    )
    article_storage: str = setting(
        "Kernel::System::Ticket::Article::Backend::MIMEBase::ArticleStorageDB",
        "Ticket::Article::Backend::MIMEBase::ArticleStorage",
        "where attachments are kept",
    )


@dataclass(frozen=True)
class EventSettings:
    """Part of SystemConfiguration: Znuny's event modules that a change of a ticket sets off, on or off."""

    archive_restore: bool = setting(
        True, "Ticket::EventModulePost###2300-ArchiveRestore", "an archived ticket that is reopened leaves the archive"
    )
    force_owner_reset_on_move: bool = setting(
        False, "Ticket::EventModulePost###2700-ForceOwnerResetOnMove", "a ticket that is moved loses its owner"
    )
    force_state_change_on_lock: Pairs = setting(
        (), "Ticket::EventModulePost###2800-ForceStateChangeOnLock", "state that a lock changes to another"
    )
    responsible_auto_set: bool = setting(
        True, "Ticket::EventModulePost###3000-ResponsibleAutoSet", "does what `Ticket::ResponsibleAutoSet` says"
    )
    pending_time_reset: bool = setting(
        True,
        "Ticket::EventModulePost###3300-TicketPendingTimeReset",
        "a ticket that is pending no more has no pending time",
    )
    force_unlock_on_move: bool = setting(
        True, "Ticket::EventModulePost###3600-ForceUnlockOnMove", "a ticket that is moved is unlocked"
    )
    escalation_stop_events: bool = setting(
        True, "Ticket::EventModulePost###4300-EscalationStopEvents", "the end of an escalation is told in events"
    )
    escalation_index: bool = setting(
        True, "Ticket::EventModulePost###9990-EscalationIndex", "escalation times are kept with every change"
    )
    notification_event: bool = setting(
        True, "Ticket::EventModulePost###7000-NotificationEvent", "events send notifications"
    )


@dataclass(frozen=True)
class OperationSettings:
    """Part of SystemConfiguration: what an operation takes where a request does not say it."""

    ticket_create_is_visible: bool = setting(
        True, CREATE + "IsVisibleForCustomer", "customers see the article of TicketCreate"
    )
    ticket_create_history_type: str = setting("NewTicket", CREATE + "HistoryType", "type of its history entry")
    ticket_create_history_comment: str = setting("%%GenericInterface Create", CREATE + "HistoryComment", "its text")
    ticket_create_auto_response_type: str = setting("auto reply", CREATE + "AutoResponseType", "its auto response")
    ticket_update_is_visible: bool = setting(
        True, UPDATE + "IsVisibleForCustomer", "customers see the article of TicketUpdate"
    )
    ticket_update_history_type: str = setting("AddNote", UPDATE + "HistoryType", "type of its history entry")
    ticket_update_history_comment: str = setting("%%GenericInterface Note", UPDATE + "HistoryComment", "its text")
    ticket_update_auto_response_type: str = setting("auto follow up", UPDATE + "AutoResponseType", "its auto response")
    ticket_search_limit: int = setting(500, SEARCH + "SearchLimit", "most tickets that a search finds without `Limit`")
    ticket_search_sort_by: str = setting("Age", SEARCH + "SortBy::Default", "order of found tickets without `SortBy`")
    ticket_search_order_by: str = setting("Down", SEARCH + "Order::Default", "direction of it without `OrderBy`")
