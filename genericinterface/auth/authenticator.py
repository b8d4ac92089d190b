"""Credentials → Agent or Customer: by session, by an agent's login, by a customer user's login, in this order.

Called once per request by an operation's `authenticate`, on a connection in autocommit: what a login leaves behind
(failed count, last login) stays, whatever becomes of the operation.
"""

from __future__ import annotations

from sqlalchemy import Connection

from genericinterface.auth import passwords, sessions
from genericinterface.auth.actor import Actor, Agent, Credentials, Customer
from genericinterface.auth.password_cache import PasswordCache
from genericinterface.auth.permission import has_permission
from genericinterface.database.accounts import AGENTS, CUSTOMERS, FAILED, LAST_LOGIN, Account, Accounts, number
from genericinterface.schema import true
from genericinterface.sysconfig import Source, SystemConfiguration

LAST_LOGIN_EVERY = 60  # seconds; within them a login is not written down again


class Authenticator:
    """One per worker, for all its threads; holds the cache of slow password checks and nothing of any request."""

    def __init__(self, sysconfig: Source) -> None:
        self._source = sysconfig
        self._cache = PasswordCache()
        # Checked for logins that do not exist, so that the time of the answer does not tell which do: a hash of the
        # kind that accounts here have, since the first of them logged in.
        self._example = "0" * 64

    @property
    def sysconfig(self) -> SystemConfiguration:
        """The configuration that holds now."""
        return self._source.current

    def authenticate(self, credentials: Credentials, remote_address: str, connection: Connection) -> Actor | None:
        """Who it is, or None. A SessionID that is not good is a failure, whatever login comes with it (Znuny 6.5)."""
        if true(credentials.SessionID):
            return self.by_session(str(credentials.SessionID), remote_address, connection)
        return self.by_login(credentials, connection)

    def by_session(self, session_id: str, remote_address: str, connection: Connection) -> Actor | None:
        """Whose session this is, or None; one statement."""
        session = sessions.read(connection, session_id, remote_address, self.sysconfig)
        return sessions.actor_of(session) if session is not None else None

    def by_login(self, credentials: Credentials, connection: Connection) -> Actor | None:
        """The agent, else the customer user, whose login and password these are, or None.

        An agent's login that fails is a failure, also beside a good one of a customer user (Znuny 6.5). One statement,
        and one more for each thing that a login has to write down.
        """
        if not true(credentials.Password):
            return None
        password = str(credentials.Password)
        if true(credentials.UserLogin):
            account = self._log_in(AGENTS, str(credentials.UserLogin), password, connection)
            return Agent(account.id, account.login) if account is not None else None
        if true(credentials.CustomerUserLogin):
            account = self._log_in(CUSTOMERS, str(credentials.CustomerUserLogin), password, connection)
            return Customer(account.login, account.customer_id) if account is not None else None
        return None

    def _log_in(self, accounts: Accounts, login: str, password: str, connection: Connection) -> Account | None:
        now = self.sysconfig.to_epoch(self.sysconfig.now())
        account = accounts.find(connection, login, now)
        if account is None:
            passwords.verify(password, self._example, login)
            return None
        if not self._accepts(accounts, account, password):
            self._refuse(accounts, account, connection)
            return None
        if not account.valid:
            return None
        if account.preferences.get(FAILED) != "0":
            accounts.set_preference(connection, account, FAILED, "0")
        if account.maintenance and not self._is_administrator(accounts, account, connection):
            return None
        # Not on every request: reading would write.
        if abs(now - number(account.preferences.get(LAST_LOGIN))) >= LAST_LOGIN_EVERY:
            accounts.set_preference(connection, account, LAST_LOGIN, str(now))
        return account

    def _accepts(self, accounts: Accounts, account: Account, password: str) -> bool:
        self._example = account.password
        if not passwords.is_slow(account.password):
            return passwords.verify(password, account.password, account.login)
        kind = "agent" if accounts is AGENTS else "customer"
        key = self._cache.key(kind, account.login, account.password, password)
        if key in self._cache:
            return True
        accepted = passwords.verify(password, account.password, account.login)
        if accepted:
            self._cache.add(key)
        return accepted

    def _refuse(self, accounts: Accounts, account: Account, connection: Connection) -> None:
        """Counts the failure, and locks the account out at the limit of its kind."""
        failed = accounts.count_failure(connection, account)
        agent = accounts is AGENTS
        limit = self.sysconfig.password_max_login_failed if agent else self.sysconfig.customer_password_max_login_failed
        if limit and failed >= limit:
            accounts.lock_out(connection, account, self.sysconfig.now())

    def _is_administrator(self, accounts: Accounts, account: Account, connection: Connection) -> bool:
        """Who may log in during a system maintenance: agents with rw in the group admin."""
        return accounts is AGENTS and has_permission(connection, Agent(account.id, account.login), "admin", "rw")
