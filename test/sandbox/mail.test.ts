import { setTimeout as delay } from 'node:timers/promises';
import { createTransport, type Transporter } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startMailTrap, type MailTrap } from '../../src/sandbox/mail/index.ts';
import { parseMessage } from '../../src/sandbox/mail/parse-message.ts';

let trap: MailTrap;
let transport: Transporter;
const mail = { from: 'LMS <noreply@company.example>', to: 'Пётр Иванов <petr@company.example>', subject: 'Привет' };

describe('the mail trap', () => {
  beforeAll(async () => {
    trap = await startMailTrap({ now: () => new Date('2026-11-24T02:30:00Z') });
    transport = createTransport(trap.url);
  });
  afterEach(() => {
    Object.assign(trap.faults, { refuseRecipients: undefined, temporaryRefusals: 0, dropAfterData: 0 });
    trap.faults.onTaken = undefined;
  });
  afterAll(async () => {
    transport.close();
    await trap.close();
  });

  it('keeps a mail with everything decoded', async () => {
    await transport.sendMail({
      ...mail,
      subject: 'Добро пожаловать в систему обучения: первые шаги, расписание и ответы на частые вопросы',
      messageId: '<one@company.example>',
      text: `Здравствуйте, Пётр! ${'Очень длинная строка. '.repeat(20)}`,
      html: '<p>Здравствуйте, <b>Пётр</b> = друг</p>',
      attachments: [{ filename: 'Памятка сотрудника и расписание занятий на ноябрь.csv', content: 'а;б\r\n' }],
    });
    const [kept] = trap.ledger.list;
    expect(kept).toMatchObject({
      at: '2026-11-24T02:30:00.000Z',
      envelope: { from: 'noreply@company.example', to: ['petr@company.example'] },
      from: 'LMS <noreply@company.example>',
      to: 'Пётр Иванов <petr@company.example>',
      subject: 'Добро пожаловать в систему обучения: первые шаги, расписание и ответы на частые вопросы',
      messageId: '<one@company.example>',
    });
    expect(kept!.text.trim()).toBe(`Здравствуйте, Пётр! ${'Очень длинная строка. '.repeat(20)}`.trim());
    expect(kept!.html.trim()).toBe('<p>Здравствуйте, <b>Пётр</b> = друг</p>');
    expect(kept!.attachments.map(({ name, bytes }) => [name, String(bytes)])).toEqual([
      ['Памятка сотрудника и расписание занятий на ноябрь.csv', 'а;б\r\n'],
    ]);
    expect(kept!.headers['mime-version']).toBe('1.0');
    expect(trap.ledger.mails).toBe(1);
  });

  it('reads other charsets, letters cut between encoded words, and quoted-printable', () => {
    const raw = [
      'Subject: =?koi8-r?B?8NLJ18XU?= =?utf-8?Q?=D0?=',
      ' =?utf-8?Q?=BF?= end',
      'From: plain@company.example',
      'Content-Type: text/plain; charset="windows-1251"',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '=CF=F0=\r\n=E8 =3D',
    ].join('\r\n');
    const { headers, text } = parseMessage(Buffer.from(raw, 'latin1'));
    expect(text).toBe('При =');
    expect(headers['from']).toBe('plain@company.example');
    expect(headers['subject']).toBe('Приветп end');
    const cut = parseMessage(Buffer.from('Subject: =?utf-8?Q?=D0?=\r\n =?utf-8?Q?=BF?=\r\n\r\n', 'latin1'));
    expect(cut.headers['subject']).toBe('п');
  });

  it('counts a mail that comes again with the same Message-ID', async () => {
    await transport.sendMail({ ...mail, messageId: '<two@company.example>', text: 'x' });
    await transport.sendMail({ ...mail, messageId: '<two@company.example>', text: 'x' });
    expect(trap.ledger.repeats).toBe(1);
  });

  it('refuses a recipient for good', async () => {
    trap.faults.refuseRecipients = /@nowhere\.example$/;
    await expect(transport.sendMail({ ...mail, to: 'x@nowhere.example' })).rejects.toMatchObject({ responseCode: 550 });
    await transport.sendMail({ ...mail, text: 'x' });
    expect(trap.ledger.refused).toBe(1);
  });

  it('refuses for now, as often as wanted', async () => {
    trap.faults.temporaryRefusals = 2;
    await expect(transport.sendMail(mail)).rejects.toMatchObject({ responseCode: 451 });
    await expect(transport.sendMail(mail)).rejects.toMatchObject({ responseCode: 451 });
    await transport.sendMail(mail);
    expect(trap.ledger.deferred).toBe(2);
  });

  it('takes a mail and drops the connection before the answer', async () => {
    const before = trap.ledger.mails;
    trap.faults.dropAfterData = 1;
    await expect(transport.sendMail({ ...mail, messageId: '<lost@company.example>' })).rejects.toThrow();
    expect(trap.ledger.mails).toBe(before + 1);
    await transport.sendMail({ ...mail, messageId: '<lost@company.example>' });
    expect(trap.ledger.repeats).toBe(2);
  });

  it('waits for the hook before it answers', async () => {
    const order: string[] = [];
    let go = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    trap.faults.onTaken = async ({ messageId }) => {
      arrive();
      await gate;
      order.push(`taken ${messageId}`);
    };
    const message = { ...mail, messageId: '<hook@company.example>' };
    const answered = transport.sendMail(message).then(() => order.push('answered'));
    await arrived;
    // Time enough for an answer that does not wait for the hook.
    await delay(50);
    go();
    await answered;
    expect(order).toEqual(['taken <hook@company.example>', 'answered']);
  });

  it('with an account takes mail only after the login', async () => {
    const guarded = await startMailTrap({ account: { username: 'lms', password: 'right/&' } });
    const right = createTransport(guarded.url);
    await right.sendMail(mail);
    const wrong = createTransport({ host: guarded.host, port: guarded.port, auth: { user: 'lms', pass: 'wrong' } });
    await expect(wrong.sendMail(mail)).rejects.toMatchObject({ responseCode: 535 });
    const nobody = createTransport({ host: guarded.host, port: guarded.port });
    await expect(nobody.sendMail(mail)).rejects.toThrow();
    expect(guarded.ledger.mails).toBe(1);
    [right, wrong, nobody].forEach((each) => each.close());
    await guarded.close();
  });
});
