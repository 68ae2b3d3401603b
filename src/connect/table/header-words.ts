import { field } from '../sdk/field.ts';

/** Words of tables for what stands above the rows; `skip` and `header` say at their end what is particular to the format. */
export const headerWords = (about: { skip: string; header: string }) => ({
  skip: field.integer({ about: about.skip, minimum: 1, maximum: 1000, optional: true }),
  header: field.raw<boolean | number | string[], { about: string; default: true; examples: unknown[]; optional: true }>(
    {
      type: ['boolean', 'integer', 'array'],
      minimum: 1,
      maximum: 10,
      items: { type: 'string', minLength: 1 },
      minItems: 1,
    },
    {
      about: `The first row holds the names of the columns (\`true\`); that many rows do, one under another (a number); there is no such row and these are the names (a list); there is none and the columns are called c1, c2 and so on (\`false\`). ${about.header}`,
      default: true,
      examples: [['code', 'name'], 2],
      optional: true,
    },
  ),
  headerJoin: field.text({
    about: 'Stands between the parts of a name where the header has several rows.',
    default: ' / ',
    examples: ['.'],
    optional: true,
  }),
});
