import type { Template } from '../../expression/index.ts';
import { field } from '../sdk/field.ts';
import { manifestField, type Manifest } from './manifest.ts';
import type { Then } from './put-away.ts';

/** Options of every source of files. */
export const sourceOptions = field.object(
  {
    path: field.template({
      about:
        'Path of the file, or of several with `*` and `?`; neither matches a name that begins with a dot. Holes may use names of the run.',
      place: 'filePath',
      input: 'none',
      examples: ['/out/employees_*.csv'],
    }),
    pick: field.choice(['newest', 'all', 'new', 'newer'], {
      about:
        'Which of the matching files: `newest` (by time, then name; older ones are superseded and put away unread), `all` (oldest first), or `new` (those that no earlier run has settled; absence then means nothing), or `newer` (in a list of sources: those that are not older than the file of the source above; of a key the youngest holds).',
      default: 'newest',
      optional: true,
    }),
    settle: field.duration({
      about:
        'Leaves alone what is still being written: size and time must not change between two looks so far apart. A file an hour older than the newest in its folder needs one look.',
      examples: ['30s'],
      optional: true,
    }),
    ready: field.template({
      about:
        'Name of a marker beside each file; a file without its marker is left alone. The marker is put away with it.',
      place: 'fileName',
      names: ['file'],
      input: 'none',
      examples: ['{{$file.name}}.ok'],
      optional: true,
    }),
    manifest: manifestField,
    none: field.choice(['fail', 'skip'], {
      about: 'What no file means: a failure, or nothing to do. Nobody becomes missing either way.',
      default: 'fail',
      optional: true,
    }),
    empty: field.choice(['fail', 'allow'], {
      about: 'What a file without a record means: a failure, or an empty list.',
      default: 'fail',
      optional: true,
    }),
    then: field.raw<Then, { about: string; examples: unknown[]; optional: true }>(
      {
        type: 'object',
        properties: {
          move: { type: 'string', minLength: 1, description: 'Folder to move to; a taken name gets .1, .2 and so on.' },
          delete: { const: true, description: 'The file is deleted.' },
        },
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
      },
      {
        about:
          'What becomes of a file after every record is settled and committed. Without it the file stays, and `newest` and `all` read it again.',
        examples: [{ move: '/archive/' }],
        optional: true,
      },
    ),
  },
  { about: 'Which files to read, and what becomes of them.' },
);

/** As compiled. */
export interface SourceOptions {
  path: Template;
  pick?: 'newest' | 'all' | 'new' | 'newer';
  settle?: number;
  ready?: Template;
  manifest?: Manifest;
  none?: 'fail' | 'skip';
  empty?: 'fail' | 'allow';
  then?: Then;
}
