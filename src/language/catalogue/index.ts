export type { Catalogue, KindEntry } from './catalogue.ts';
export type { Fault, FaultCode } from './fault.ts';
export { checkAgainst, schemaTrouble } from './validator.ts';
export { kindsSchema, oneOrList, type PlacedKind } from './kinds-schema.ts';
