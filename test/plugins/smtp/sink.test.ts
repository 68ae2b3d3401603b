import { SMTPServer } from 'smtp-server';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAsWritten } from '../../../plugins/smtp/addresses.ts';
import { withoutAddresses } from '../../../plugins/smtp/answers.ts';
import { transportOf } from '../../../plugins/smtp/connection.ts';
import { plainText } from '../../../plugins/smtp/plain-text.ts';
import smtp from '../../../plugins/smtp/sink.ts';
import { codeOf } from '../../../src/connect/contract/index.ts';
import type { Fields, OpenSink, Operation, WriteAnswer } from '../../../src/connect/sdk/index.ts';
import { compileTemplate } from '../../../src/expression/index.ts';
import { startMailTrap, type MailTrap } from '../../../src/sandbox/mail/index.ts';
import { openContext } from '../../connect/contexts.ts';

let trap: MailTrap;
const sinks: OpenSink[] = [];
beforeEach(async () => {
  trap = await startMailTrap();
});
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close();
  await trap.close();
});

const never = new AbortController().signal;
const file = (path: string, text: string) => ({
  path,
  text,
  template: compileTemplate(text, /txt$/.test(path) ? 'text' : 'html'),
});
const invitation = file(
  'templates/invitation.html',
  '<p>Hello, {{firstName}} &amp; welcome</p><p><a href="https://lms.example/">Log in</a> as {{login}}</p>',
);
interface Written {
  to?: string;
  subject?: string;
  body?: ReturnType<typeof file>;
  text?: ReturnType<typeof file>;
}
async function open(
  { to = '{{email}}', subject = 'Welcome, {{firstName}}', body = invitation, ...rest }: Written = {},
  connection: object = {},
) {
  const options = { to: compileTemplate(to, 'header'), subject: compileTemplate(subject, 'header'), body, ...rest };
  const context = openContext({ url: trap.url, from: 'LMS <noreply@acme.example>', timeout: 2000, ...connection });
  const sink = await smtp.open({ ...context, options });
  sinks.push(sink);
  return sink;
}
const send = (
  sink: OpenSink,
  record: Fields,
  operation: Operation = 'create',
  key = '1',
  once_ = 'x',
): Promise<WriteAnswer> => sink.write({ once: once_, operation, items: [{ key, operation, record }] }, never);
const anna = { email: 'anna@acme.example', firstName: 'Анна <b>', login: 'ivanova.1' };

describe('a mail for each record', () => {
  it('has HTML escaped for its place and a text beside it', async () => {
    expect(await send(await open(), anna)).toEqual({ is: 'answered', outcomes: [{ is: 'delivered' }] });
    const [mail] = trap.ledger.list;
    expect(mail).toMatchObject({
      envelope: { from: 'noreply@acme.example', to: ['anna@acme.example'] },
      subject: 'Welcome, Анна <b>',
      html: expect.stringContaining('Hello, Анна &lt;b&gt; &amp; welcome'),
    });
    expect(mail!.text!.replaceAll('\r\n', '\n').trim()).toBe(
      'Hello, Анна <b> & welcome\n\nLog in (https://lms.example/) as ivanova.1',
    );
  });

  it('is text alone from a .txt file, and takes an own text beside HTML', async () => {
    await send(await open({ body: file('mail.txt', 'Hello {{firstName}}') }), anna);
    await send(await open({ text: file('mail.txt', 'By hand') }), anna);
    const [first, second] = trap.ledger.list;
    expect([first!.text!.trim(), first!.html]).toEqual(['Hello Анна <b>', '']);
    expect([second!.text!.trim(), second!.html !== '']).toEqual(['By hand', true]);
  });

  it('has the same Message-ID when it is repeated, in any later run too', async () => {
    await send(await open(), anna);
    await send(
      await open(),
      { login: anna.login, firstName: anna.firstName, email: anna.email },
      'create',
      '1',
      'another',
    );
    await send(await open(), anna, 'update');
    await send(await open(), anna, 'create', '2');
    await send(await open(), { ...anna, login: 'other' });
    const ids = trap.ledger.list.map(({ messageId }) => messageId);
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@acme\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(4);
  });

  it('knows the operation in its texts', async () => {
    const sink = await open({ subject: '{{$operation}} in {{$pipeline}}' });
    for (const operation of ['create', 'update', 'missing', 'returned', 'upsert'] as const)
      await send(sink, anna, operation);
    expect(trap.ledger.list.map(({ subject }) => subject)).toEqual(
      ['create', 'update', 'missing', 'returned', 'upsert'].map((operation) => `${operation} in employees`),
    );
  });
});

describe('what is never sent', () => {
  const rejected = (code: string) => ({
    is: 'answered',
    outcomes: [expect.objectContaining({ is: 'rejected', code })],
  });

  it('a mail to nobody, to something that is no address, or to more people than the template names', async () => {
    const sink = await open();
    for (const email of [
      undefined,
      '',
      'anna',
      'anna@acme.example, boss@acme.example',
      'a@b.example;c@d.example',
      '<a@b.example> c@d.example',
    ])
      expect(await send(sink, { ...anna, email })).toEqual(rejected('SMTP_ADDRESS'));
    expect(trap.ledger.list).toEqual([]);
    const fixed = await open({ to: 'hr@acme.example, {{firstName}} <{{email}}>' });
    expect(await send(fixed, { ...anna, firstName: 'Anna' })).toEqual({
      is: 'answered',
      outcomes: [{ is: 'delivered' }],
    });
    expect(trap.ledger.list[0]!.envelope.to).toEqual(['hr@acme.example', 'anna@acme.example']);
  });

  it('a mail whose values would make headers', async () => {
    const sink = await open();
    for (const email of ['a@b.example\r\nBcc: evil@b.example', 'a@b.example\nBcc: evil@b.example'])
      expect(await send(sink, { ...anna, email })).toEqual(rejected('TEMPLATE_VALUE'));
    expect(await send(sink, { ...anna, firstName: 'x\r\nBcc: evil@b.example' })).toEqual(rejected('TEMPLATE_VALUE'));
    expect(trap.ledger.list).toEqual([]);
  });
});

describe('what the mail server answers', () => {
  it('for good: rejected, without the address; for now: to be sent again', async () => {
    const sink = await open();
    trap.faults.refuseRecipients = /anna/;
    const answer = await send(sink, anna);
    expect(answer).toEqual({
      is: 'answered',
      outcomes: [{ is: 'rejected', code: 'SMTP_REFUSED', reason: expect.stringContaining('550') }],
    });
    expect(JSON.stringify(answer)).not.toContain('anna@');
    trap.faults.refuseRecipients = undefined;
    trap.faults.temporaryRefusals = 1;
    expect(await send(sink, anna)).toMatchObject({ outcomes: [{ is: 'retry' }] });
    expect(await send(sink, anna)).toMatchObject({ outcomes: [{ is: 'delivered' }] });
  });

  it('nothing after the mail was sent: nobody knows', async () => {
    trap.faults.dropAfterData = 1;
    const sink = await open();
    expect(await send(sink, anna)).toMatchObject({ is: 'unanswered' });
    expect(await send(sink, anna)).toMatchObject({ outcomes: [{ is: 'delivered' }] });
    expect(trap.ledger.repeats).toBe(1);
  });

  it('nothing at all: certainly not done', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await send(await open({}, { url: `smtp://127.0.0.1:${port}` }), anna)).toMatchObject({ is: 'notDone' });
    expect(await send(await open({}, { url: 'smtp://no-such-host.invalid' }), anna)).toMatchObject({ is: 'notDone' });
  });

  it('no greeting in time: certainly not done', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const sink = await open({}, { url: `smtp://127.0.0.1:${port}`, timeout: 200 });
    expect(await send(sink, anna)).toMatchObject({ is: 'notDone' });
    silent.close();
  });

  it('a refused login: fails the run, without the password', async () => {
    await trap.close();
    trap = await startMailTrap({ account: { username: 'lms', password: 'right' } });
    const host = { url: undefined, host: '127.0.0.1', port: trap.port, user: 'lms' };
    expect(await send(await open({}, { ...host, password: 'right' }), anna)).toMatchObject({
      outcomes: [{ is: 'delivered' }],
    });
    const sink = await open({}, { ...host, password: 'wrong-secret' });
    const error = await send(sink, anna).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'SMTP_AUTH_DENIED' });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('wrong-secret');
  });

  it('a certificate that nobody signed: fails the run', async () => {
    const server = new SMTPServer({ authOptional: true, logger: false });
    server.on('error', () => {});
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    const sink = await open({}, { url: `smtp://127.0.0.1:${port}` });
    expect(await codeOf(() => send(sink, anna))).toBe('SMTP_CERTIFICATE');
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});

describe('the connection to a mail server', () => {
  it('is a URL, or its parts', () => {
    const from = 'a@b.example';
    expect(transportOf({ url: 'smtp://us%40er:p%3Aw@mail.example:2525', from })).toEqual({
      host: 'mail.example',
      port: 2525,
      secure: false,
      requireTLS: true,
      auth: { user: 'us@er', pass: 'p:w' },
    });
    expect(transportOf({ url: 'smtps://mail.example', from })).toMatchObject({
      port: 465,
      secure: true,
      requireTLS: false,
    });
    expect(transportOf({ host: 'mail.example', from })).toMatchObject({ port: 587, secure: false });
    expect(transportOf({ host: 'mail.example', port: 465, from })).toMatchObject({ secure: true });
    expect(transportOf({ url: 'smtp://u:p@127.0.0.1:25', from })).toMatchObject({ requireTLS: false });
  });

  it('is refused without a server, and without showing what may be a password', async () => {
    expect(await codeOf(async () => transportOf({ from: 'a@b.example' }))).toBe('SMTP_CONNECTION');
    expect(() => transportOf({ url: 'http://user:hidden@x', from: 'a@b.example' })).toThrow(/^(?!.*hidden).*smtp:/);
  });
});

it('addresses are counted as mail programs count them', () => {
  expect(isAsWritten('{{email}}', '"Иванов, Иван" <a@b.example>')).toBe(true);
  expect(isAsWritten('{{a}}, {{b}}', 'a@b.example, c@d.example')).toBe(true);
  expect(isAsWritten('{{a}}, {{b}}', 'a@b.example, ')).toBe(false);
  expect(isAsWritten('{{email}}', 'Group: a@b.example, c@d.example;')).toBe(false);
});

it('an answer of a server loses its addresses', () => {
  expect(withoutAddresses('550 5.1.1 <anna@acme.example>: no such user anna@acme.example')).toBe(
    '550 5.1.1 …: no such user …',
  );
});

it('HTML is said as text', () => {
  const html =
    '<html><head><title>T</title><style>p{}</style></head><body><h1>Hi</h1><p>a<br>b &#1046; &laquo;x&raquo; &unknown;</p><ul><li>1</li><li>2</li></ul><!-- no --><a href="https://x.example">https://x.example</a></body></html>';
  expect(plainText(html)).toBe('Hi\n\na\nb Ж «x» &unknown;\n\n- 1\n- 2\n\nhttps://x.example');
});
