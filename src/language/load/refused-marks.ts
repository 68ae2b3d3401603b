import { isScalar, visit, type Alias, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { SourceFault } from './source-fault.ts';
import { textBefore, type YamlSource } from './yaml-place.ts';

/** Documents repeat no more than this; looking each one up costs a walk through the document. */
const maxAliases = 500;

/** Aliases that lead nowhere or into themselves, or are too many; keys that stand twice; tags, merge keys. */
export function refusedMarks(source: YamlSource): SourceFault[] {
  const faults: SourceFault[] = [];
  const anchors = new Map<string, Node>();
  let aliases = 0;
  const mark = (node: Scalar | YAMLMap | YAMLSeq): void => {
    if (node.anchor) anchors.set(node.anchor, node);
    if (node.tag && isWrittenTag(source, node)) faults.push(tagFault(source, node, node.tag));
  };
  visit(source.document, {
    Alias(_, alias, path) {
      if (++aliases > maxAliases) {
        faults.push(tooMany(alias));
        return visit.BREAK;
      }
      faults.push(...aliasFaults(alias, path, anchors));
      return undefined;
    },
    Scalar: (_, scalar) => mark(scalar),
    Seq: (_, list) => mark(list),
    Map(_, map) {
      mark(map);
      faults.push(...repeatedKeys(map));
    },
    Pair(_, pair) {
      if (isScalar(pair.key)) faults.push(...mergeFaults(pair.key));
    },
  });
  return faults;
}

function aliasFaults(alias: Alias, path: readonly unknown[], anchors: ReadonlyMap<string, Node>): SourceFault[] {
  const [begin = 0, end = begin] = alias.range ?? [];
  const target = anchors.get(alias.source);
  if (!target) {
    const known = [...anchors.keys()].map((name) => `&${name}`).join(', ');
    const message = `\`*${alias.source}\` repeats nothing: no \`&${alias.source}\` stands before it.`;
    const fix = known === '' ? 'A text that begins with * is quoted.' : `Anchors before it: ${known}.`;
    return [{ code: 'YAML_ALIAS', begin, end, message, fix }];
  }
  if (!path.includes(target)) return [];
  const message = `\`*${alias.source}\` stands inside what it repeats, so it would never end.`;
  return [{ code: 'YAML_ALIAS', begin, end, message, fix: 'Move it out of there, or write the value out.' }];
}

function tooMany({ range }: Alias): SourceFault {
  const [begin = 0, end = begin] = range ?? [];
  const message = `This document has more than ${maxAliases} aliases; this is one too many.`;
  return { code: 'YAML_ALIAS', begin, end, message, fix: 'Write the values out, or divide the document.' };
}

function repeatedKeys({ items }: YAMLMap): SourceFault[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key) || !key.range) return [];
    if (!seen.has(key.value)) {
      seen.add(key.value);
      return [];
    }
    const [begin, end] = key.range;
    const message = `The key \`${String(key.source ?? key.value)}\` stands twice in one map.`;
    return [{ code: 'YAML_DUPLICATE_KEY' as const, begin, end, message, fix: 'Keep one of the two.' }];
  });
}

function tagFault(source: YamlSource, node: Node, tag: string): SourceFault {
  const begin = tagBegin(source, node);
  const message = `The tag \`${tag.replace('tag:yaml.org,2002:', '!!')}\` is not allowed.`;
  const fix = 'Leave it out; a text is quoted.';
  return { code: 'YAML_TAG', begin, end: node.range?.[0] ?? begin, message, fix };
}

function mergeFaults({ value, type, range }: Scalar): SourceFault[] {
  if (value !== '<<' || type !== 'PLAIN' || !range) return [];
  const message = 'Merge keys `<<` are not allowed.';
  const fix = 'Repeat a whole value with `*name`, or write the keys out.';
  return [{ code: 'YAML_MERGE', begin: range[0], end: range[1], message, fix }];
}

/** Values have a tag of their own by what they look like; only a written one has an exclamation mark before it. */
const isWrittenTag = (source: YamlSource, node: Node): boolean =>
  tagBegin(source, node) >= 0 && tagBegin(source, node) < (node.range?.[0] ?? 0);

function tagBegin(source: YamlSource, node: Node): number {
  const begin = node.range?.[0] ?? 0;
  const before = textBefore(source, begin);
  const written = /(?:^|[\s,[{])(![^\s,[\]{}]*)(?:\s+&\S+)?\s+$/.exec(before)?.[1];
  return written === undefined ? -1 : begin - before.length + before.lastIndexOf(written);
}
