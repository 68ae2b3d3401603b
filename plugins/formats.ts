import type { FormatDeclaration } from '#sdk';
import csv from './csv/format.ts';
import file from './files/format.ts';
import fixed from './fixed/format.ts';
import json from './json/format.ts';
import ndjson from './ndjson/format.ts';
import packages from './package/format.ts';
import tar from './tar/format.ts';
import xlsx from './xlsx/format.ts';
import xml from './xml/format.ts';
import yaml from './yaml/format.ts';
import zip from './zip/format.ts';

/** Formats of records; those of archives hold one of them. */
const plain: readonly FormatDeclaration[] = Object.freeze([csv, fixed, json, ndjson, xlsx, xml, yaml]);

/** Every format. Apart from the connectors, so that `validate` can ask what options say together and load no connector. */
export const formats: readonly FormatDeclaration[] = Object.freeze([
  ...plain,
  file,
  packages(plain),
  tar(plain),
  zip(plain),
]);
