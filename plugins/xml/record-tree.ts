import type { SaxesTagNS } from 'saxes';
import { problem, type Fields } from '#sdk';
import { isData, isNil, nameOf } from './names.ts';
import type { XmlDialect } from './options.ts';

/** An element whose end has not come yet. */
interface OpenElement {
  name: string;
  uri: string;
  /** Below the record, where there are lists; '' is the record itself. */
  path: string;
  /** Attributes and children, once there is one. */
  fields?: Fields;
  hasChildren: boolean;
  text: string;
  isNil: boolean;
  /** Namespaces of children that are not this element's own. */
  others?: Map<string, string>;
}

/** One record while its elements come. */
export interface RecordTree {
  /** Number of elements and attributes so far. */
  nodes(): number;
  /** Elements that are open; 0 once the record is whole. */
  depth(): number;
  open(tag: SaxesTagNS): void;
  text(text: string): void;
  /** Gives the record when its own end comes. */
  close(): Fields | undefined;
}

/** Begins a record with its own element. Throws XML_NAMESPACES where two namespaces use one name in one element. */
export function newRecordTree(root: SaxesTagNS, dialect: Pick<XmlDialect, 'prefixes' | 'lists'>): RecordTree {
  const { prefixes, lists } = dialect;
  const opened: OpenElement[] = [];
  let nodes = 0;

  const open = (tag: SaxesTagNS): void => {
    const parent = opened.at(-1);
    const name = nameOf(tag, prefixes);
    const path = parent && lists.size > 0 ? (parent.path === '' ? name : `${parent.path}/${name}`) : '';
    const element: OpenElement = { name, uri: tag.uri, path, hasChildren: false, text: '', isNil: false };
    nodes += 1;
    const attributes = Object.values(tag.attributes);
    nodes += attributes.length;
    for (const attribute of attributes) {
      if (!isData(attribute, prefixes)) continue;
      element.fields ??= {};
      const key = `@${nameOf(attribute, prefixes)}`;
      if (Object.hasOwn(element.fields, key)) throw sameName(key);
      put(element.fields, key, attribute.value);
    }
    element.isNil = attributes.some(isNil);
    opened.push(element);
  };

  open(root);
  return {
    nodes: () => nodes,
    depth: () => opened.length,
    open,
    text(text) {
      opened.at(-1)!.text += text;
    },
    close() {
      const element = opened.pop()!;
      const parent = opened.at(-1);
      if (!parent) return recordOf(element);
      parent.hasChildren = true;
      parent.fields ??= {};
      if (!element.isNil) add(parent, element, lists.has(element.path));
      return undefined;
    },
  };
}

function add(parent: OpenElement, element: OpenElement, isList: boolean): void {
  const { fields } = parent as { fields: Fields };
  const { name } = element;
  if (!Object.hasOwn(fields, name)) {
    if (element.uri !== parent.uri) (parent.others ??= new Map()).set(name, element.uri);
    put(fields, name, isList ? [valueOf(element)] : valueOf(element));
    return;
  }
  if ((parent.others?.get(name) ?? parent.uri) !== element.uri) throw sameName(name);
  const before = fields[name];
  if (Array.isArray(before)) before.push(valueOf(element));
  else put(fields, name, [before, valueOf(element)]);
}

/** Blanks between elements are layout, and so are blanks alone with a line break; other text is kept as it stands. */
function valueOf({ fields, hasChildren, text }: OpenElement): unknown {
  const isBlank = text.trim() === '';
  if (!fields) return isBlank && text.includes('\n') ? '' : text;
  if (!isBlank) put(fields, '#text', hasChildren ? text.trim() : text);
  return fields;
}

function recordOf(element: OpenElement): Fields {
  element.fields ??= {};
  return valueOf(element) as Fields;
}

/** An element may be called `__proto__`. */
function put(fields: Fields, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  else fields[name] = value;
}

const sameName = (name: string) =>
  problem('XML_NAMESPACES', `Two namespaces have a name ${name} in the same element, which would be one field.`, {
    fix: 'Give one of them a prefix under `namespaces`.',
  });
