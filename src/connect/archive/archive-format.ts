import type { NewMember } from '../bytes/pack-zip.ts';
import { matches } from '../files/glob.ts';
import type { DecodedBatch, Decoding, FormatDeclaration, OpenFormat } from '../sdk/declare.ts';
import { defineFormat } from '../sdk/define.ts';
import { field } from '../sdk/field.ts';
import { encodeTables } from '../table/tables.ts';
import { innerFormats, memberMissing, refuseMemberName } from './inner-format.ts';

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
  const formats = innerFormats(inner);
  const options = field.object(
    {
      member: field.text({
        about:
          'Which members are read, with `*` and `?`: a name without a folder fits in any folder, one with `/` from the top. Of an archive that is written, the name of its one member.',
        examples: ['staff.csv', '*.csv'],
      }),
      format: formats.field('Format of the members: its name, or a map of its name and its options.'),
    },
    { about: 'Which members, and what is in them.' },
  );
  return defineFormat({
    name: kind.name,
    summary: kind.summary,
    options,
    check({ member, format }, use) {
      formats.check(format, use);
      if (use === 'write') refuseMemberName(member);
    },
    open: ({ member, format }) => openArchive(kind, member, formats.open(format)),
  });
}

/** Named as the inner format: a report on the feed is written as its members are. */
function openArchive(kind: ArchiveKind, member: string, format: OpenFormat): OpenFormat {
  const packed = (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> => {
    refuseMemberName(member);
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
