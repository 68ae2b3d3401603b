export type { Catalogue, KindEntry } from './catalogue.ts';
export type { Fault, FaultCode } from './fault.ts';
export { checkAgainst, schemaTrouble } from './validator.ts';
export { kindsSchema, oneOrList, type PlacedKind } from './kinds-schema.ts';
export { catalogue } from './from-declarations.ts';
export { withConnectors } from './with-connectors.ts';
export { catalogueText, loadCatalogue, schemaFiles, writeSchemas } from './files.ts';
