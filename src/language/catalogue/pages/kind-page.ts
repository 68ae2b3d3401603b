import type { Schema } from '../../../connect/sdk/index.ts';
import type { Catalogue, KindEntry } from '../catalogue.ts';
import { exampleConnection, examplePipeline, type KindPlace } from './example.ts';
import { isKindSchema, wordsBeside } from '../one-kind.ts';
import { optionRows, optionsTable, typeName, wordRows, type OptionRow } from './options-table.ts';

const nouns: Record<KindPlace, string> = { sources: 'source', sinks: 'sink', formats: 'format', steps: 'step' };

/** The manual's page of one source, sink, format or step, in Markdown. */
export function kindPage(place: KindPlace, entry: KindEntry, catalogue: Catalogue): string {
  const connection = entry.connection === undefined ? undefined : catalogue.connections[entry.connection];
  return [
    `# ${entry.name} (${nouns[place]})`,
    entry.summary,
    facts(place, entry),
    '## Example',
    fenced(examplePipeline(place, entry, catalogue)),
    '## Options',
    optionsOf(entry),
    ...besideOf(rowsBeside(place, entry, catalogue)),
    ...(connection && place !== 'formats'
      ? [
          `## Connection \`${connection.name}\``,
          'It stands under `connections:` in `portolan.yaml`. Secrets come from `${…}`.',
          fenced(exampleConnection(connection)),
          optionsOf(connection),
        ]
      : []),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** The words that may stand beside the kind, as the schema of its place lists them. */
function rowsBeside(place: KindPlace, { name }: KindEntry, { documents }: Catalogue): OptionRow[] {
  const { properties, $defs } = documents.pipeline as Record<'properties' | '$defs', Record<string, Schema>>;
  const schema = place === 'steps' ? $defs.step : place === 'formats' ? undefined : properties[nouns[place]];
  return isKindSchema(schema) ? wordRows(schema, name, wordsBeside(schema, name), documents.pipeline) : [];
}

const besideOf = (rows: readonly OptionRow[]): string[] =>
  rows.length === 0 ? [] : ['## Beside it', 'These stand beside the kind, not under it.', optionsTable(rows)];

const fenced = (yaml: string): string => `\`\`\`yaml\n${yaml}\`\`\``;

function optionsOf(entry: KindEntry): string {
  const { options } = entry;
  const rows = optionRows(options);
  if (rows.length > 0) return optionsTable(rows);
  return options.type === 'object' && options.additionalProperties === false
    ? 'None.'
    : `None: what stands after \`${entry.name}:\` is a ${typeName(options)}.`;
}

function facts(place: KindPlace, entry: KindEntry): string {
  const sentences = [
    entry.takesFormat ? 'Takes `format:` beside it.' : '',
    entry.takesFormat && place === 'sinks'
      ? 'May stand under `report:` too: a report is written in the dialect in which the feed was received (encoding, delimiter, line ends), and each option that `format:` names there wins over it.'
      : '',
    place === 'sources' && entry.canBeComplete ? 'A read can end complete, so that absence can mean something.' : '',
    place === 'sources' && entry.canBeComplete === false ? 'A read is never complete: nobody is missing.' : '',
    entry.feed === undefined ? '' : `Presets \`feed: ${entry.feed}\`.`,
    entry.preset?.key === undefined ? '' : `Presets \`record.key: ${JSON.stringify(entry.preset.key)}\`.`,
    entry.preset?.gone === undefined ? '' : `Presets \`record.gone: ${entry.preset.gone}\`.`,
    place === 'sinks' && entry.operations
      ? `Operations: ${entry.operations.map((operation) => `\`${operation}\``).join(', ')}.`
      : '',
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
