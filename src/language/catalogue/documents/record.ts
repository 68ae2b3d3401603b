import { field, type Schema } from '../../../connect/sdk/index.ts';
import { textsField } from './shared.ts';

const fieldRule = field.object(
  {
    from: textsField(
      'Column that the field is read from, or several of which the first that the file has is used. Default: the name of the field. A file without the column fails the run before anything else.',
      ['Фамилия', ['Имя', 'Name']],
    ),
    required: field.boolean({
      about: 'Whether a row without a value is rejected.',
      default: false,
      optional: true,
    }),
    personal: field.boolean({
      about:
        'Whether the field is personal data: it is masked in plans, logs and messages, and sealed wherever it is stored.',
      default: false,
      optional: true,
    }),
    none: textsField('Texts that stand for "no value".', [['-', 'нет']]),
    text: field.integer({
      about:
        'Length of the text: it is filled up with zeros on the left, for numbers that a spreadsheet has shortened.',
      minimum: 1,
      maximum: 100,
      optional: true,
      examples: [6],
    }),
    date: textsField(
      'Forms in which the date may come: pictures such as `DD.MM.YYYY`, `iso`, `serial` (the day number of a spreadsheet), `unix`, `unixms`, `odata` (`/Date(1795478400000)/` of OData 2). It becomes `2026-11-24`; times become UTC.',
      ['DD.MM.YYYY', ['DD.MM.YYYY', 'serial']],
    ),
    number: field.raw<string | true, { about: string; optional: true; examples: unknown[] }>(
      { type: ['string', 'boolean'], not: { const: false } },
      {
        about:
          'Form in which the number comes, as an example of 1234.5: `1 234,5`, `1,234.5`, `1234.5`. With `true` a plain number is expected.',
        optional: true,
        examples: ['1 234,5', true],
      },
    ),
    list: field.text({
      about:
        'Separator of a list. The field is always a list then, empty where there is no value, and is compared as a set.',
      optional: true,
      examples: [','],
    }),
  },
  { about: 'How a column becomes a field.' },
);

const forms = ['text', 'date', 'number', 'list'];
const exclusive = Object.fromEntries(
  forms.map((form) => [
    form,
    { properties: Object.fromEntries(forms.filter((other) => other > form).map((other) => [other, false])) },
  ]),
);

/** Schema of `record:`: who a record is, types, who has left. */
export function recordSchema(): Schema {
  const rule: Schema = { ...fieldRule.schema, dependentSchemas: exclusive };
  return field.object(
    {
      key: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
        {
          type: ['string', 'array'],
          minLength: 1,
          items: { type: 'string', minLength: 1, 'x-portolan': { as: 'expression', input: 'record' } },
          minItems: 1,
          'x-portolan': { as: 'expression', input: 'record' },
        },
        {
          about:
            'JSONata expression, or a list of them, that says who a record is. It must stay the same for life: a personnel number, not an e-mail address. A declared read may preset it.',
          optional: true,
          examples: ['tab_no', ['company', 'tab_no']],
        },
      ),
      gone: field.condition({
        about:
          'JSONata condition that is true for rows that say themselves that somebody has left. They skip the steps, are missing without grace, and are never created. Needs a `diff`.',
        input: 'record',
        optional: true,
        examples: ["status = 'dismissed'"],
      }),
      rows: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
        {
          type: 'object',
          properties: {
            into: {
              type: 'string',
              minLength: 1,
              description: 'Field of the record that holds the rows, as a list in the order of `by`.',
              examples: ['posts'],
            },
            by: {
              type: ['string', 'array'],
              minLength: 1,
              items: { type: 'string', minLength: 1, 'x-portolan': { as: 'expression', input: 'record' } },
              minItems: 1,
              'x-portolan': { as: 'expression', input: 'record' },
              description:
                'What tells the rows of one key apart: a JSONata expression over a row, or a list of them. A later row of the same `by` replaces the earlier.',
              examples: ['tab_no', ['startDate', 'seqNumber']],
            },
          },
          required: ['into', 'by'],
          additionalProperties: false,
        },
        {
          about:
            'Gathers the rows of one key into one record, such as the main and the part-time post of a person: the fields of the key, and the list of rows. `fields` and `gone` are then of a row: a row that is gone is not in the list, and who has no other row is gone. A row that is rejected leaves its whole record out. Needs a `diff` and a full source.',
          optional: true,
          examples: [{ into: 'posts', by: 'tab_no' }],
        },
      ),
      fields: field.raw<unknown, { about: string; optional: true }>(
        { type: 'object', additionalProperties: rule },
        {
          about:
            'Fields that are read in a particular way, by name. Every other column is text under its own name. Nothing is guessed: a cell is text until it is said otherwise here.',
          optional: true,
        },
      ),
    },
    { about: 'How to read what comes, before any step: who it is, which types, who has left.' },
  ).schema;
}
