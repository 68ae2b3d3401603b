/** What a login gave, as it is remembered. */
export interface LoginState {
  /** Counts the logins of an account: a higher one came later. */
  serial: number;
  /** `$session`: any JSON value. */
  value: unknown;
  /** Cookies by origin, then by name. */
  cookies: Record<string, Record<string, string>>;
  /** Origin that the login was made at. */
  origin: string;
  /** UTC ms; absent: until the other side says so. */
  expiresAt?: number;
}

/** The right to log in, which one process has at a time. */
export interface LoginTurn {
  /** Remembers what the login gave, durably, before anything uses it. Throws LOCK_LOST when another process took over. */
  save(state: Omit<LoginState, 'serial'>): Promise<LoginState>;
  end(): Promise<void>;
}

/**
 * Logins that outlive a run and are shared by all processes, sealed where they are kept. `account` names connector and
 * connection with their secrets; it is kept as a keyed hash only.
 */
export interface Sessions {
  findLogin(account: string): Promise<LoginState | undefined>;
  /** Undefined while another one logs in to the account. `who` names the connection, for messages about locks. */
  beginLogin(account: string, who: string): Promise<LoginTurn | undefined>;
}
