"""Settings of sessions, logins and who sees what."""

from __future__ import annotations

from dataclasses import dataclass

from genericinterface.sysconfig.setting import Limits, PermissionModule, Texts, setting


@dataclass(frozen=True)
class AccessSettings:
    """Part of SystemConfiguration."""

    session_max_time: int = setting(57600, "SessionMaxTime", "seconds that a session lives at most")
    session_max_idle_time: int = setting(7200, "SessionMaxIdleTime", "seconds that a session lives unused")
    session_check_remote_ip: bool = setting(
        True, "SessionCheckRemoteIP", "a session is good from the address it was created from only"
    )
    session_delete_if_not_remote_id: bool = setting(
        True, "SessionDeleteIfNotRemoteID", "a session used from another address is deleted"
    )
    session_delete_if_time_too_old: bool = setting(
        True, "SessionDeleteIfTimeToOld", "a session that is too old is deleted"
    )
    password_max_login_failed: int = setting(
        0,
        "PasswordMaxLoginFailed",
        "an agent is locked out after so many wrong passwords in a row; 0: never",
        stored="PreferencesGroups###Password",
        key="PasswordMaxLoginFailed",
    )
    customer_password_max_login_failed: int = setting(
        0,
        "CustomerPasswordMaxLoginFailed",
        "the same for customer users (Znuny calls both `PasswordMaxLoginFailed`)",
        stored="CustomerPreferencesGroups###Password",
        key="PasswordMaxLoginFailed",
    )
    customer_group_support: bool = setting(
        False, "CustomerGroupSupport", "customers see only the queues of their groups"
    )
    customer_group_always_groups: Texts = setting(
        ("users",), "CustomerGroupAlwaysGroups", "groups that every customer user is in, where that is on"
    )
    customer_group_company_always_groups: Texts = setting(
        ("users",), "CustomerGroupCompanyAlwaysGroups", "groups that every company is in, likewise"
    )
    customer_panel_user_id: int = setting(
        1, "CustomerPanelUserID", "ID of the agent in whose name customers create and change"
    )
    postmaster_user_id: int = setting(1, "PostmasterUserID", "ID of the agent in whose name mail is handled")
    permission_owner_check: PermissionModule | None = setting(
        PermissionModule(), "Ticket::Permission###1-OwnerCheck", "owners may do all with a ticket", kind="module"
    )
    permission_responsible_check: PermissionModule | None = setting(
        PermissionModule(),
        "Ticket::Permission###2-ResponsibleCheck",
        "so may responsible agents, where there are such",
        kind="module",
    )
    permission_group_check: PermissionModule | None = setting(
        PermissionModule(), "Ticket::Permission###3-GroupCheck", "groups of agents grant what they do", kind="module"
    )
    permission_watcher_check: PermissionModule | None = setting(
        PermissionModule(),
        "Ticket::Permission###4-WatcherCheck",
        "watchers may read, where tickets can be watched",
        kind="module",
    )
    permission_creator_check: PermissionModule | None = setting(
        None, "Ticket::Permission###5-CreatorCheck", "who created a ticket may do all with it", kind="module"
    )
    permission_involved_check: PermissionModule | None = setting(
        None, "Ticket::Permission###6-InvolvedCheck", "so may every agent who is in its history", kind="module"
    )
    permission_mention_check: PermissionModule | None = setting(
        PermissionModule(), "Ticket::Permission###6-MentionCheck", "agents who are mentioned may read", kind="module"
    )
    permission_owner_queues: Limits = setting(
        (), "Ticket::Permission::OwnerCheck::Queues", "limit of owners: queues, and what they may do in them"
    )
    permission_responsible_queues: Limits = setting(
        (), "Ticket::Permission::ResponsibleCheck::Queues", "limit of responsible agents"
    )
    permission_creator_queues: Limits = setting((), "Ticket::Permission::CreatorCheck::Queues", "limit of creators")
    permission_involved_queues: Limits = setting(
        (), "Ticket::Permission::InvolvedCheck::Queues", "limit of agents in the history"
    )
