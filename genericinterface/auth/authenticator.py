"""Credentials → Agent or Customer: by session, by an agent's login, by a customer user's login, in this order.

Called once per request by an operation's `authenticate`, on a connection in autocommit: what a login leaves behind
(failed count, last login) stays, whatever becomes of the operation.
"""

from __future__ import annotations

from sqlalchemy import Connection

from genericinterface.auth import passwords, sessions
from genericinterface.auth.actor import Actor, Agent, Credentials, Customer
from genericinterface.auth.password_cache import PasswordCache
from genericinterface.database import accounts
from genericinterface.database.accounts import Account
from genericinterface.schema import true
from genericinterface.sysconfig import SystemConfiguration

# Checked for a login that does not exist, so that the time of the answer does not tell which logins do.
UNKNOWN = "0" * 64
LAST_LOGIN_EVERY = 60  # seconds; within them a login is not written down again


class Authenticator:
    """One per worker; holds the cache of slow password checks and nothing about anybody's request."""

    def __init__(self, sysconfig: SystemConfiguration) -> None:
        self.sysconfig = sysconfig
        self._cache = PasswordCache()

    def authenticate(self, credentials: Credentials, remote_address: str, connection: Connection) -> Actor | None:
        """Who it is, or None. A SessionID that is not good is a failure, whatever login comes with it (Znuny 6.5)."""
        if true(credentials.SessionID):
            return self.by_session(str(credentials.SessionID), remote_address, connection)
        return self.by_login(credentials, connection)

    def by_session(self, session_id: str, remote_address: str, connection: Connection) -> Actor | None:
        """Whose session this is, or None."""
        data = sessions.read(connection, session_id, remote_address, self.sysconfig)
        return sessions.actor_of(data) if data is not None else None

    def by_login(self, credentials: Credentials, connection: Connection) -> Actor | None:
        """The agent, else the customer user, whose login and password these are, or None."""
        password = credentials.Password or ""
        if not password:
            return None
        if true(credentials.UserLogin):
            return self._agent(str(credentials.UserLogin).strip(), password, connection)
        if true(credentials.CustomerUserLogin):
            return self._customer(str(credentials.CustomerUserLogin).strip(), password, connection)
        return None

    def _agent(self, login: str, password: str, connection: Connection) -> Agent | None:
        account = accounts.agent(connection, login)
        if account is None or not self._accepts("agent", account, password):
            if account is None:
                passwords.verify(password, UNKNOWN, login)
            elif account.valid:
                failed = _count(account) + 1
                accounts.set_agent_preference(connection, account.id, "UserLoginFailed", str(failed))
                limit = self.sysconfig.password_max_login_failed
                if limit and failed >= limit:
                    accounts.lock_out_agent(connection, account.id, self.sysconfig.now())
            return None
        if not account.valid:
            return None
        if _count(account) or "UserLoginFailed" not in account.preferences:
            accounts.set_agent_preference(connection, account.id, "UserLoginFailed", "0")
        if (moment := self._last_login(account)) is not None:
            accounts.set_agent_preference(connection, account.id, "UserLastLogin", moment)
        return Agent(account.id, account.login)

    def _customer(self, login: str, password: str, connection: Connection) -> Customer | None:
        account = accounts.customer(connection, login)
        if account is None or not self._accepts("customer", account, password):
            if account is None:
                passwords.verify(password, UNKNOWN, login)
            elif account.valid:
                failed = str(_count(account) + 1)
                accounts.set_customer_preference(connection, account.login, "UserLoginFailed", failed)
            return None
        if not account.valid:
            return None
        if _count(account) or "UserLoginFailed" not in account.preferences:
            accounts.set_customer_preference(connection, account.login, "UserLoginFailed", "0")
        if (moment := self._last_login(account)) is not None:
            accounts.set_customer_preference(connection, account.login, "UserLastLogin", moment)
        return Customer(account.login, account.customer_id)

    def _accepts(self, kind: str, account: Account, password: str) -> bool:
        if not passwords.is_slow(account.password):
            return passwords.verify(password, account.password, account.login)
        key = self._cache.key(kind, account.login, account.password, password)
        if key in self._cache:
            return True
        accepted = passwords.verify(password, account.password, account.login)
        if accepted:
            self._cache.add(key)
        return accepted

    def _last_login(self, account: Account) -> str | None:
        """The value to write, None where the one that is there is recent: reading must not write on every request."""
        now = self.sysconfig.to_epoch(self.sysconfig.now())
        last = account.preferences.get("UserLastLogin", "")
        return None if last.isdecimal() and abs(now - int(last)) < LAST_LOGIN_EVERY else str(now)


def _count(account: Account) -> int:
    failed = account.preferences.get("UserLoginFailed", "")
    return int(failed) if failed.isdecimal() else 0
