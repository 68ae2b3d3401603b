import { functionReference } from '../../../expression/index.ts';
import { codes } from '../../../model/codes.ts';
import type { Schema } from '../../../connect/sdk/index.ts';
import type { Catalogue } from '../catalogue.ts';
import { kindPage } from './kind-page.ts';
import { optionRows, optionsTable } from './options-table.ts';

const places = ['sources', 'sinks', 'formats', 'steps'] as const;
const documents = ['workspace', 'pipeline', 'connector', 'check'] as const;

/** A page of the manual; `path` is relative to `docs/reference/`. */
export interface Page {
  path: string;
  text: string;
}

/** All pages that are made from declarations. */
export function referencePages(catalogue: Catalogue): Page[] {
  const kinds = places.flatMap((place) =>
    Object.values(catalogue[place]).map((entry) => ({
      path: `${place}/${entry.name}.md`,
      text: kindPage(place, entry, catalogue),
    })),
  );
  const wholes = documents.map((name) => ({
    path: `documents/${name}.md`,
    text: documentPage(name, catalogue.documents[name]),
  }));
  return [
    ...wholes,
    ...kinds,
    { path: 'functions.md', text: functionsPage() },
    { path: 'problems.md', text: problemsPage() },
    { path: 'README.md', text: overview(catalogue) },
  ];
}

function documentPage(name: string, schema: Schema): string {
  const places = '`*` stands for a name, `[]` for each item of a list.';
  return `# Document \`${name}:\`\n\n${String(schema.description ?? '')}\n\n${places}\n\n${optionsTable(optionRows(schema, { kinds: name === 'connector' }))}\n`;
}

function functionsPage(): string {
  const sections = [...functionReference]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, signature, about, example }) => `## $${name}\n\n\`${signature}\`\n\n${about}\n\n${exampleText(example)}`,
    );
  const head = "# Functions\n\nThese stand beside JSONata's own functions, in every expression.";
  return `${[head, ...sections].join('\n\n')}\n`;
}

const exampleText = (example: unknown): string =>
  typeof example === 'string'
    ? `Example: \`${example}\``
    : `\`\`\`json\n${JSON.stringify(example, undefined, 2)}\n\`\`\``;

const classes = {
  config: 'nothing starts',
  transient: 'tried again with back-off',
  data: 'the record is rejected, the others go on',
  fatal: 'the run fails',
  bug: 'the run fails; please report it',
};

function problemsPage(): string {
  const rows = Object.entries(codes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => `| \`${code}\` | ${classes[entry.class]} | ${entry.about.replaceAll('|', '\\|')} |`);
  const head = '# Problems\n\nEvery problem has a code. What a message says beyond it is of the moment.';
  return `${head}\n\n| code | what happens | about |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function overview(catalogue: Catalogue): string {
  const lists = places.map((place) => {
    const links = Object.values(catalogue[place]).map(
      ({ name, summary }) => `- [${name}](${place}/${name}.md): ${summary}`,
    );
    return `## ${place.charAt(0).toUpperCase()}${place.slice(1)}\n\n${links.join('\n')}`;
  });
  const editor = [
    '## In the editor',
    'An editor with yaml-language-server completes and checks documents. `portolan schema` writes the schemas of a workspace, its own connectors included, into `.portolan/schemas/`; the first line of a document then names its schema:',
    '```yaml\n# yaml-language-server: $schema=../.portolan/schemas/pipeline.schema.json\n```',
  ];
  const head = [
    '# Reference',
    'Made from the declarations in the code by `npm run generate`.',
    `## Documents`,
    documents
      .map((name) => `- [${name}](documents/${name}.md): ${String(catalogue.documents[name].description ?? '')}`)
      .join('\n'),
  ];
  const more = '## Expressions and problems\n\n- [Functions](functions.md)\n- [Problems](problems.md)';
  return `${[...head, ...lists, more, ...editor].join('\n\n')}\n`;
}
