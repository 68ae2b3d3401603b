import { declare } from './declare.ts';
import { rowWithoutBlanks, tableNamed } from './tables.ts';

export default declare({
  name: 'table',
  signature: '$table(name)',
  about: 'A table of the workspace: a list of texts where it has one column, else a list of maps.',
  example: { expression: "externalId in $table('admins')", gives: 'true or false' },
  accepts: '<s:a>',
  call(context, name) {
    const { columns, rows } = tableNamed(context, name as string);
    const [only] = columns;
    if (columns.length === 1 && only !== undefined) return rows.map((row) => row[only]).filter(Boolean);
    return rows.map((row) => rowWithoutBlanks(columns, row));
  },
});
