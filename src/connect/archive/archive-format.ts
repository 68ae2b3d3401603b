import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import type { NewMember } from '../bytes/pack-zip.ts';
import { isGlob, matches } from '../files/glob.ts';
import type { DecodedBatch, Decoding, FormatDeclaration, OpenFormat } from '../sdk/declare.ts';
import { defineFormat } from '../sdk/define.ts';
import { field } from '../sdk/field.ts';
import { kindsSchema } from '../sdk/kinds-schema.ts';
import { encodeTables } from '../table/tables.ts';

/** A member of an archive; its bytes are to be read, if at all, before the next member is asked for. */
export interface Member {
  name: string;
  bytes(): AsyncIterable<Uint8Array>;
}

/** What tells one kind of archive from another. */
export interface ArchiveKind {
  name: string;
  summary: string;
  /** Files alone, in the order of the archive. */
  read(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Member>;
  pack(members: AsyncIterable<NewMember>): AsyncGenerator<Uint8Array>;
}

/** A format of archives whose members are in one of the `inner` formats. Archives in archives are not read. */
export function archiveFormat(kind: ArchiveKind, inner: readonly FormatDeclaration[]): FormatDeclaration {
  const options = field.object(
    {
      member: field.text({
        about:
          'Which members are read, with `*` and `?`: a name without a folder fits in any folder, one with `/` from the top. Of an archive that is written, the name of its one member.',
        examples: ['staff.csv', '*.csv'],
      }),
      format: field.raw<Written, { about: string; examples: unknown[] }>(innerSchema(inner), {
        about: 'Format of the members: its name, or a map of its name and its options.',
        examples: ['csv'],
      }),
    },
    { about: 'Which members, and what is in them.' },
  );
  return defineFormat({
    name: kind.name,
    summary: kind.summary,
    options,
    check({ member, format }, use) {
      const [declaration, written] = chosen(inner, format);
      declaration?.check?.(written, use);
      if (use === 'write') refuseGlob(member);
    },
    open: ({ member, format }) => openArchive(kind, member, openInner(inner, format)),
  });
}

type Written = string | Fields;

const innerSchema = (inner: readonly FormatDeclaration[]) =>
  kindsSchema(
    Object.fromEntries(
      inner.map(({ name, summary, options }) => [
        name,
        { options: { ...options.schema, description: summary }, beside: [] },
      ]),
    ),
    {},
    'Format of the members, and its options.',
  );

function chosen(inner: readonly FormatDeclaration[], written: Written): [FormatDeclaration | undefined, unknown] {
  const [name, options] = typeof written === 'string' ? [written, {}] : (Object.entries(written)[0] ?? ['', {}]);
  return [inner.find((one) => one.name === name), options ?? {}];
}

function openInner(inner: readonly FormatDeclaration[], written: Written): OpenFormat {
  const [declaration, options] = chosen(inner, written);
  if (!declaration) throw problem('UNKNOWN_KIND', 'The members of the archive are in no format that is known.');
  return declaration.open(options);
}

/** Named as the inner format: a report on the feed is written as its members are. */
function openArchive(kind: ArchiveKind, member: string, format: OpenFormat): OpenFormat {
  const packed = (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> => {
    refuseGlob(member);
    return kind.pack(oneOf({ name: member, bytes }));
  };
  return {
    name: format.name,
    decode: (bytes, wanted) => decodeMembers(kind, member, format, bytes, wanted),
    encode: (records, columns) => packed(format.encode(records, columns)),
    encodeTables: (tables) => packed(encodeTables(format, tables)),
  };
}

function decodeMembers(
  kind: ArchiveKind,
  pattern: string,
  format: OpenFormat,
  bytes: AsyncIterable<Uint8Array>,
  wanted: readonly string[],
): Decoding {
  let last: ReturnType<Decoding['end']> | undefined;
  let cut: string | undefined;
  const notes: string[] = [];

  async function* batches(): AsyncGenerator<DecodedBatch> {
    const others: string[] = [];
    for await (const member of kind.read(bytes)) {
      if (!fits(pattern, member.name)) {
        others.push(member.name);
        continue;
      }
      const decoding = format.decode(member.bytes(), wanted);
      for await (const batch of decoding.batches) yield { ...batch, origin: member.name };
      last = decoding.end();
      if (last.cut !== undefined) cut ??= `${member.name}: ${last.cut}`;
      for (const note of last.notes ?? []) notes.push(`${member.name}: ${note}`);
    }
    if (!last) throw memberMissing(kind.name, pattern, others);
  }

  return {
    batches: batches(),
    end: () => ({
      dialect: last?.dialect ?? { format: format.name, options: {} },
      ...(cut === undefined ? {} : { cut }),
      ...(notes.length > 0 ? { notes } : {}),
    }),
  };
}

/** Does the name of a member fit? */
function fits(pattern: string, name: string): boolean {
  const names = name.split('/');
  const patterns = pattern.split('/');
  if (patterns.length === 1) return matches(pattern, names.at(-1)!);
  return patterns.length === names.length && patterns.every((one, at) => matches(one, names[at]!));
}

async function* oneOf(member: NewMember): AsyncGenerator<NewMember> {
  yield member;
}

function refuseGlob(member: string): void {
  if (isGlob(member) || /^\/|\\/.test(member) || member.split('/').includes('..'))
    throw problem('ARCHIVE_MEMBER', 'The one member of an archive that is written has no name of a file.', {
      fix: 'Write its name as `member`, without `*`, `?` and `..`.',
    });
}

const shownNames = 5;

function memberMissing(kind: string, pattern: string, others: readonly string[]) {
  const shown = others.slice(0, shownNames).map((name) => `“${name}”`);
  const more = others.length > shownNames ? ' and others' : '';
  return problem(
    'ARCHIVE_MEMBER',
    `The ${kind} has no member ${pattern}; it has ${shown.length > 0 ? `${shown.join(', ')}${more}` : 'none'}.`,
    { fix: 'Correct `member`, or ask the sender what belongs into it.' },
  );
}
