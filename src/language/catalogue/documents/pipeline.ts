import { field, oneOrList, type Schema } from '../../../connect/sdk/index.ts';
import { recordSchema } from './record.ts';
import { steps } from './steps.ts';
import { namePattern, textsField } from './shared.ts';

/** The places of a pipeline that have kinds; `source`, `sink`, `report` and `corrections` are those of one item. */
export interface PipelinePlaces {
  source: Schema;
  step: Schema;
  sink: Schema;
  report: Schema;
  corrections: Schema;
  format: Schema;
}

const schedule = {
  ...field.object(
    {
      cron: field.text({
        about: 'When to run, as five cron fields in the time zone of the workspace.',
        optional: true,
        pattern: '^\\S+(\\s+\\S+){4,5}$',
        examples: ['30 2 * * *'],
      }),
      every: field.duration({ about: 'How often to run, instead of `cron`.', optional: true, examples: ['15m'] }),
      after: textsField(
        'Pipelines after which to run, instead of `cron`. Where the newest run of one of them did not end done, a run of this one is skipped.',
        ['departments', ['departments', 'positions']],
      ),
      overlap: field.choice(['skip', 'queue', 'cancel'], {
        about: 'What to do when the run before is still going: skip this one, let it wait, or cancel the one before.',
        optional: true,
        default: 'skip',
      }),
      missed: field.choice(['skip', 'once', 'all'], {
        about: 'What to do about runs that fell into a time when nothing was running: none, one, or each of them.',
        optional: true,
        default: 'once',
      }),
      late: field.text({
        about: 'Time of day at which a run that is not done, or that worked on the file of yesterday, is a notice.',
        optional: true,
        pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
        examples: ['06:00'],
      }),
    },
    {
      about:
        'When the pipeline is to run: either `cron`, `every` or `after`. `portolan run` keeps `after`; the rest is checked here and read by a scheduler. This release has none of its own, so let cron of the machine call `portolan run`.',
    },
  ).schema,
  anyOf: [{ required: ['cron'] }, { required: ['every'] }, { required: ['after'] }],
  dependentSchemas: {
    cron: { properties: { every: false, after: false } },
    every: { properties: { after: false } },
  },
};

const params = field.map(
  field.object(
    {
      default: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
        { type: ['string', 'number', 'boolean'] },
        {
          about: 'Value where none is given.',
          optional: true,
          examples: ['2026-10'],
        },
      ),
      pattern: field.text({
        about: 'Regular expression that a given value must match.',
        optional: true,
        format: 'regex',
        examples: ['^\\d{4}-\\d\\d$'],
      }),
    },
    { about: 'A parameter of runs.' },
  ),
  {
    about: 'Parameters that a run may be given with `--param name=value`, read as `$params.name`.',
    names: '^[A-Za-z_][A-Za-z0-9_]*$',
    optional: true,
  },
);

const errors = field.object(
  {
    tolerate: field.share({
      about:
        'How many of the read records may be rejected, as a share or a count. Above it the run fails: before it writes anything where it has a `diff`, else as soon as it is seen.',
      optional: true,
      examples: ['2%'],
    }),
  },
  { about: 'What the run does about errors.' },
);

const stepKind = (name: 'filter' | 'map'): Schema => steps[name]?.options ?? {};

/** Schema of `pipeline:` documents. */
export function pipelineSchema(places: PipelinePlaces): Schema {
  return {
    description: 'A pipeline: where records come from, what is done to them, and where they go.',
    type: 'object',
    properties: {
      pipeline: field.text({
        about: 'Name of the pipeline. Its snapshot and its runs are kept under it.',
        pattern: namePattern,
        examples: ['employees'],
      }).schema,
      was: field.text({
        about:
          'Name that the pipeline had before. The next run takes over all that stands under it: snapshot, rejects, consumed files, requests in doubt. Leave it in as long as you like.',
        pattern: namePattern,
        optional: true,
        examples: ['staff'],
      }).schema,
      title: field.text({ about: 'What the pipeline does, for people.' }).schema,
      schedule,
      params: params.schema,
      source: oneOrList(places.source, '#/$defs/source'),
      record: recordSchema(),
      filter: stepKind('filter'),
      map: stepKind('map'),
      steps: {
        type: 'array',
        description:
          'What is done to each record, in order. The plain case needs none: `filter` and `map` may stand alone.',
        items: { $ref: '#/$defs/step' },
      },
      sink: oneOrList(places.sink, '#/$defs/sink'),
      errors: errors.schema,
      report: oneOrList(places.report, '#/$defs/report'),
      corrections: places.corrections,
    },
    required: ['pipeline', 'source', 'sink'],
    additionalProperties: false,
    dependentSchemas: { steps: { properties: { filter: false, map: false } } },
    $defs: {
      source: places.source,
      step: places.step,
      sink: places.sink,
      report: places.report,
      format: places.format,
    },
  };
}
