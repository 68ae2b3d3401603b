import { formats } from '../../plugins/formats.ts';
import { shippedConnectors } from '../../plugins/shipped.ts';
import { loadCatalogue, withConnectors, type Catalogue } from '../language/catalogue/index.ts';
import { loadTexts, type Loaded } from '../language/load/index.ts';

/** The shipped connector documents, read like a workspace's own. */
export const shipped = (): Loaded => loadTexts('', shippedConnectors());

/** The catalogue of a workspace: what is shipped, and the workspace's own connectors over it. */
export function catalogueOf(loaded: Loaded): Catalogue {
  const documents = [...shipped().documents, ...loaded.documents].filter(({ kind }) => kind === 'connector');
  return withConnectors(
    withFormatChecks(loadCatalogue()),
    documents.map(({ value }) => value),
  );
}

/** What a format says of its options is code, which no committed catalogue holds. */
function withFormatChecks(catalogue: Catalogue): Catalogue {
  const checked = { ...catalogue.formats };
  for (const { name, check } of formats) {
    const entry = checked[name];
    if (check && entry) checked[name] = { ...entry, check };
  }
  return { ...catalogue, formats: checked };
}
