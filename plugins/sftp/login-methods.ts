import type { AuthHandlerMiddleware, KeyboardInteractiveAuthMethod, Prompt } from 'ssh2';
import { problem, scrubber, type Problem } from '#sdk';
import type { SftpConnection } from './connection.ts';

/**
 * Chooses how to log in: by key, by password, and by prompts where the server asks for the password in those
 * (keyboard-interactive, RFC 4256). The password is said once, as servers close accounts after a few wrong ones; a server
 * that wants key and password one after the other gets both. `refuse` is called where a prompt is for a person.
 */
export function loginMethods(connection: SftpConnection, refuse: (why: Problem) => void): AuthHandlerMiddleware {
  const { username, password, privateKey } = connection;
  const tried = new Set<string>();
  let isPasswordSaid = false;
  const prompted: KeyboardInteractiveAuthMethod = {
    type: 'keyboard-interactive',
    username,
    prompt(_name, _instructions, _language, prompts, finish) {
      const why = refusalOf(prompts, connection, isPasswordSaid);
      if (why) return refuse(why);
      isPasswordSaid = true;
      finish(prompts.map(() => password ?? ''));
    },
  };
  return (offered, isPartly, next) => {
    const isOffered = (method: string): boolean =>
      !tried.has(method) && (offered as string[] | null)?.includes(method) !== false;
    const choose = (method: string): true => {
      tried.add(method);
      return true;
    };
    // The package takes `false` as the end, which its types leave out.
    const giveUp = next as unknown as (end: false) => void;
    if (offered === null && choose('none')) return next('none');
    if (privateKey !== undefined && isOffered('publickey') && choose('publickey')) return next('publickey');
    if (password !== undefined && !isPasswordSaid && isOffered('password') && choose('password')) {
      isPasswordSaid = true;
      return next('password');
    }
    if (isOffered('keyboard-interactive') && !(isPasswordSaid && !isPartly) && choose('keyboard-interactive'))
      return next(prompted);
    return giveUp(false);
  };
}

const asksPassword = /password|passwort|mot de passe|contraseña|пароль/i;
const asksMore = /one[- ]?time|otp|token|code|verif|single[- ]use|одноразов|код/i;
const asksNewOne = /\b(new|current|old|retype|repeat|again|unix password)\b|нов|текущ|повтор/i;

/** Why it can't be answered; undefined where each prompt asks for the password, unseen, for the first time. */
function refusalOf(
  prompts: readonly Prompt[],
  connection: SftpConnection,
  isPasswordSaid: boolean,
): Problem | undefined {
  const { host, username, password } = connection;
  const odd = prompts.find(({ prompt, echo }) => echo || asksMore.test(prompt) || !asksPassword.test(prompt));
  if (odd) {
    const words = scrubber(password, connection.passphrase)(odd.prompt.slice(0, 80)).replace(/[\s:?]+$/, '');
    return problem('SFTP_PROMPT', `${host} asks ${username} for “${words}”, which only a person can answer.`, {
      fix: 'Ask for an account that logs in by key or by password alone.',
    });
  }
  if (prompts.some(({ prompt }) => asksNewOne.test(prompt)))
    return problem('SFTP_PROMPT', `${host} asks ${username} for a new password: the old one has expired.`, {
      fix: 'Have a person change it, and ask for an account whose password does not expire, or for a key.',
    });
  if (password === undefined)
    return problem('SFTP_AUTH_DENIED', `${host} asks ${username} for a password, and the connection has none.`, {
      fix: 'Write `password`, or check whether the key is the right one.',
    });
  if (isPasswordSaid || prompts.length > 1)
    return problem('SFTP_AUTH_DENIED', `${host} asks ${username} for a password again after it was given.`, {
      fix: 'Check user name and password, and whether the account is still open.',
    });
  return undefined;
}
