import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import { isGlob } from '../files/glob.ts';
import type { FormatDeclaration, OpenFormat } from '../sdk/declare.ts';
import { field } from '../sdk/field.ts';
import { kindsSchema } from '../sdk/kinds-schema.ts';

/** A format of members as a document writes it: its name, or a map of its name and its options. */
export type WrittenFormat = string | Fields;

/** What is in the members of an archive: the option, what `validate` asks of it, and the format. */
export interface InnerFormats {
  field(about: string): ReturnType<typeof field.raw<WrittenFormat, { about: string; examples: unknown[] }>>;
  check(written: WrittenFormat, use: 'read' | 'write'): void;
  /** Throws UNKNOWN_KIND. */
  open(written: WrittenFormat): OpenFormat;
}

/** One of these formats for each member. Archives in archives are not among them. */
export function innerFormats(inner: readonly FormatDeclaration[]): InnerFormats {
  const kinds = Object.fromEntries(
    inner.map(({ name, summary, options }) => [
      name,
      { options: { ...options.schema, description: summary }, beside: [] },
    ]),
  );
  const schema = kindsSchema(kinds, {}, 'Format of the members, and its options.');
  const chosen = (written: WrittenFormat): [FormatDeclaration | undefined, unknown] => {
    const [name, options] = typeof written === 'string' ? [written, {}] : (Object.entries(written)[0] ?? ['', {}]);
    return [inner.find((one) => one.name === name), options ?? {}];
  };
  return {
    field: (about) => field.raw(schema, { about, examples: ['csv'] }),
    check(written, use) {
      const [declaration, options] = chosen(written);
      declaration?.check?.(options, use);
    },
    open(written) {
      const [declaration, options] = chosen(written);
      if (!declaration) throw problem('UNKNOWN_KIND', 'The members of the archive are in no format that is known.');
      return declaration.open(options);
    },
  };
}

/** Throws ARCHIVE_MEMBER for what is no name of one member that stays in its folder. */
export function refuseMemberName(name: string): void {
  if (name === '' || isGlob(name) || /^\/|\\/.test(name) || name.split('/').includes('..'))
    throw problem(
      'ARCHIVE_MEMBER',
      'The name of a member of an archive is no name of a file that stays in its folder.',
      {
        fix: 'Write its name without `*`, `?` and `..`.',
      },
    );
}

const shownNames = 5;

/** ARCHIVE_MEMBER: the archive lacks a member, and has these. */
export function memberMissing(kind: string, wanted: string, others: readonly string[]) {
  const shown = others.slice(0, shownNames).map((name) => `“${name}”`);
  const more = others.length > shownNames ? ' and others' : '';
  return problem(
    'ARCHIVE_MEMBER',
    `The ${kind} has no member ${wanted}; it has ${shown.length > 0 ? `${shown.join(', ')}${more}` : 'none'}.`,
    { fix: 'Correct the name of the member, or ask the sender what belongs into it.' },
  );
}
