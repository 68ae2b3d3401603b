import type { Fields } from '#sdk';

/** As many as PHP takes ten times over; a form of a person or a system has fewer. */
const maxPairs = 10_000;
const maxDepth = 20;

/**
 * A form's body (`application/x-www-form-urlencoded`) as PHP reads it: `user[name]=…` makes maps, `ids[]=…` and
 * `ids[0]=…` lists, and of a name that comes twice the last value holds. Undefined for a form that is too large, too
 * deep, or that contradicts itself.
 */
export function decodeForm(text: string): Fields | undefined {
  const form = newNode();
  let pairs = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    if (++pairs > maxPairs || path.length > maxDepth || !put(form, path, value)) return undefined;
  }
  return plain(form) as Fields;
}

/** Names may be anything, `__proto__` among them, so nothing is an object before it is whole. */
interface Node {
  items: Map<string, string | Node>;
  next: number;
}
const newNode = (): Node => ({ items: new Map(), next: 0 });

/** `user[name][]` is `user`, `name`, and a place of its own. */
function pathOf(name: string): string[] {
  const open = name.indexOf('[');
  if (open <= 0 || !/^(\[[^[\]]*\])+$/.test(name.slice(open))) return [name];
  return [name.slice(0, open), ...name.slice(open + 1, -1).split('][')];
}

function put(root: Node, path: readonly string[], value: string): boolean {
  let node = root;
  for (const [index, written] of path.entries()) {
    const name = written === '' && index > 0 ? String(node.next) : written;
    if (/^\d{1,6}$/.test(name)) node.next = Math.max(node.next, Number(name) + 1);
    const found = node.items.get(name);
    if (index === path.length - 1) {
      if (typeof found === 'object') return false;
      node.items.set(name, value);
      return true;
    }
    if (typeof found === 'string') return false;
    const below = found ?? newNode();
    node.items.set(name, below);
    node = below;
  }
  return true;
}

/** Names 0, 1, 2 … in this order are a list; the form itself is a map. */
function plain(node: Node, isBelow = false): unknown {
  const entries = [...node.items].map(
    ([name, item]) => [name, typeof item === 'string' ? item : plain(item, true)] as const,
  );
  const isList = isBelow && entries.every(([name], index) => name === String(index));
  return isList ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
