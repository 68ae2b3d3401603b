import { afterAll } from 'vitest';
import { startLms, type Lms, type LmsOptions, type User } from '../../src/sandbox/lms/index.ts';

/** An answer with its JSON body, where it has one. */
export interface Reply {
  status: number;
  headers: Headers;
  // The mouth of the parser: tests look into answers of many shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  text: string;
}

/** An LMS that is closed after the tests of the file, and a client with its token. */
export async function lmsUnderTest(options: LmsOptions = {}) {
  const lms = await startLms(options);
  afterAll(() => lms.close());
  return { lms, send: clientOf(lms) };
}

/** Sends requests with the token of the LMS. */
export function clientOf(lms: Lms) {
  return async (method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
    const response = await fetch(lms.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${lms.token}`,
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : undefined, text };
  };
}

/** A valid new user with the given number. */
export function newUser(number: number): Partial<User> {
  const externalId = String(number).padStart(6, '0');
  return { externalId, login: `user.${externalId}`, email: `user.${externalId}@company.example`, lastName: 'Иванов' };
}
