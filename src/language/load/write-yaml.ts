import { parseDocument, stringify } from 'yaml';

/** A value as a YAML document. */
export const yamlText = (value: unknown): string => stringify(value);

/** A YAML document with one more item in the list at its top level; comments and order stay. */
export function withItem(text: string, list: string, item: unknown): string {
  const document = parseDocument(text);
  document.addIn([list], document.createNode(item));
  return document.toString({ lineWidth: 0 });
}
