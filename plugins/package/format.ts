import {
  defineFormat,
  field,
  innerFormats,
  problem,
  refuseMemberName,
  type FormatDeclaration,
  type OpenFormat,
} from '#sdk';
import { decodePackage } from './decode.ts';
import { encodeRecords, encodeTablesOf } from './encode.ts';

/** A ZIP of named members, each in one of these formats, with a manifest that says what each of them is. */
export default (inner: readonly FormatDeclaration[]): FormatDeclaration => {
  const formats = innerFormats(inner);
  const options = field.object(
    {
      members: field.map(formats.field('Format of this member: its name, or a map of its name and its options.'), {
        about:
          'The members by their names, folders included, each with its format. Read are those that are named here, one after another; written is every record into each of them.',
        examples: [{ 'people.csv': 'csv' }],
      }),
      manifest: field.text({
        about: 'Name of the manifest in the package.',
        default: 'manifest.json',
        optional: true,
      }),
    },
    { about: 'Which members, what is in them, and where the manifest is.' },
  );
  return defineFormat({
    name: 'package',
    summary: 'A ZIP of named members with a manifest of their sizes, sums and numbers of records.',
    options,
    check({ members, manifest = 'manifest.json' }, use) {
      refuseNames(Object.keys(members), manifest);
      for (const format of Object.values(members)) formats.check(format, use);
    },
    open({ members, manifest = 'manifest.json' }): OpenFormat {
      refuseNames(Object.keys(members), manifest);
      const opened = Object.entries(members).map(([name, format]) => ({ name, format: formats.open(format) }));
      return {
        // A report on the feed is written as its first member is.
        name: opened[0]!.format.name,
        decode: (bytes, columns) => decodePackage(bytes, { members: opened, manifest, columns }),
        encode: (records, columns) => encodeRecords(opened, manifest, records, columns),
        encodeTables: (tables) => encodeTablesOf(opened, manifest, tables),
      };
    },
  });
};

function refuseNames(members: readonly string[], manifest: string): void {
  for (const name of [...members, manifest]) refuseMemberName(name);
  if (members.length === 0 || members.includes(manifest))
    throw problem('ARCHIVE_MEMBER', 'The package has no members, or one that has the name of its manifest.', {
      fix: 'Name each member once under `members`, and the manifest otherwise.',
    });
}
