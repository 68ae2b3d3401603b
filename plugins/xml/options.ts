import { field, problem, type TypeOf } from '#sdk';
import { prefixOf, xmlNamespace } from './names.ts';

const stepPattern = '[^/\\s@\\[\\]()<>&*]+';

/** Encodings that can be written; more can be read, where a file declares them. */
export const encodings = ['utf-8', 'windows-1251', 'cp866', 'koi8-r', 'utf-16'] as const;

/** Options of the format, for reading and writing. */
export const options = field.object(
  {
    records: field.text({
      about:
        'Path of the elements that are records, from the root on; `*` stands for any name. Written files get their elements of the same names, the last one for each record.',
      pattern: `^(/(\\*|${stepPattern}))+$`,
      examples: ['/catalog/item'],
    }),
    lists: field.list(
      field.text({
        about: 'Path of an element below the record.',
        pattern: `^${stepPattern}(/${stepPattern})*$`,
        examples: ['phones/phone'],
      }),
      {
        about:
          'Elements that are lists even where only one of them stands there, as paths below the record. Any other element is a list only where it is repeated.',
        examples: [['phones/phone']],
        optional: true,
      },
    ),
    namespaces: field.map(field.text({ about: 'Name of the namespace.', examples: ['urn:1C.ru:commerceml_2'] }), {
      about:
        'Prefixes by which names of these namespaces are called here, in paths and records alike, whatever the prefixes of the file are; the prefix `""` stands for none. Names of all other namespaces are called without a prefix. Written files declare them at their root.',
      names: '^[\\p{L}\\p{N}_.-]*$',
      examples: [{ c: 'urn:1C.ru:commerceml_2' }],
      optional: true,
    }),
    nested: field.choice(['refuse', 'value'], {
      about:
        'What an element with the name of the record inside a record is: a mistake in `records` (a tree of groups would give its top alone), which fails the run, or a value like any other.',
      default: 'refuse',
      optional: true,
    }),
    encoding: field.choice(encodings, {
      about:
        'Encoding of written files, by default utf-8; characters that it lacks are written as `&#…;`. When reading, what the file declares is not looked at: for files whose declaration is wrong.',
      optional: true,
    }),
    limit: field.size({
      about:
        'Larger records fail the run. A record is measured in characters, and each element and attribute of it counts as 64 more.',
      default: '16MB',
      optional: true,
    }),
  },
  { about: 'Where the records are in the document.' },
);

export type XmlOptions = TypeOf<typeof options>;

/** Options with their defaults, ready to use. */
export interface XmlDialect {
  written: XmlOptions;
  path: readonly string[];
  lists: ReadonlySet<string>;
  /** Prefix by the name of the namespace. */
  prefixes: ReadonlyMap<string, string>;
  limit: number;
}

/** Fills in defaults; throws XML_OPTIONS where a path uses a prefix that is not declared, or two prefixes are one. */
export function dialectOf(written: XmlOptions): XmlDialect {
  const { records, lists = [], namespaces = {}, limit = 16 * 1024 * 1024 } = written;
  const prefixes = new Map([[xmlNamespace, 'xml']]);
  for (const [prefix, uri] of Object.entries(namespaces)) {
    if (/^(xml|[^\p{L}_])/iu.test(prefix))
      throw problem('XML_OPTIONS', `The prefix ${prefix} in \`namespaces\` is none in XML.`, {
        fix: 'Choose one that begins with a letter, and not with `xml`: that prefix is known without being declared.',
      });
    if (prefixes.has(uri))
      throw problem('XML_OPTIONS', `Two prefixes of \`namespaces\` stand for ${uri}.`, { fix: 'Keep one of them.' });
    prefixes.set(uri, prefix);
  }
  const path = records.split('/').slice(1);
  for (const name of [...path, ...lists.flatMap((list) => list.split('/'))]) {
    const prefix = prefixOf(name);
    if (prefix === '' || [...prefixes.values()].includes(prefix)) continue;
    throw problem('XML_OPTIONS', `The name ${name} has a prefix that \`namespaces\` does not declare.`, {
      fix: `Write \`namespaces: { ${prefix}: … }\`, or the name without its prefix.`,
    });
  }
  return { written, path, lists: new Set(lists), prefixes, limit };
}
