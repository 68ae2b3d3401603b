import { declarations } from '../../plugins/index.ts';
import { shippedConnectors } from '../../plugins/shipped.ts';
import { catalogue, withConnectors, type Catalogue } from '../../src/language/catalogue/index.ts';
import { loadTexts } from '../../src/language/load/index.ts';

/** The shipped connector documents, read as a workspace's own are. */
export const shippedDocuments = loadTexts(new URL('../../', import.meta.url).pathname, shippedConnectors());

/** What is shipped: plugins and connector documents. */
export const shippedCatalogue: Catalogue = withConnectors(
  catalogue(declarations()),
  shippedDocuments.documents.map(({ value }) => value),
);
