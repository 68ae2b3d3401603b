import { visit, type Document, type YAMLError } from 'yaml';
import { tooDeep } from './depth.ts';
import { quoteFix } from './wrecks.ts';
import type { SourceFault } from './source-fault.ts';

/** Mistakes after which the rest of the document still means what was written. */
const mendable = new Set(['BLOCK_AS_IMPLICIT_KEY', 'TAG_RESOLVE_FAILED', 'BAD_DQ_ESCAPE']);

/** What YAML's own reader says, in plain words: one fault for each mistake, and whether the document can't be read on. */
export function yamlFaults(text: string, document: Document): { faults: SourceFault[]; fatal: boolean } {
  const faults: SourceFault[] = [];
  let fatal = false;
  for (const error of document.errors) {
    if (fatal) break;
    const before = faults.at(-1);
    // Errors on the stretch of an earlier one are its echoes.
    if (before && error.pos[0] < before.end) continue;
    const fault = faultOf(text, document, error);
    if (!fault) continue;
    faults.push(fault);
    fatal = !mendable.has(error.code) || fault.code === 'YAML_SYNTAX';
  }
  return { faults, fatal };
}

function faultOf(text: string, document: Document, error: YAMLError): SourceFault | undefined {
  if (error.code === 'RESOURCE_EXHAUSTION') return plainFault(text, error);
  return openQuote(document, error) ?? tornValue(text, error) ?? plainFault(text, error);
}

/** A quote that is not closed swallows the rest of the file; what matters is where it opens. */
function openQuote(document: Document, { message, pos: [at] }: YAMLError): SourceFault | undefined {
  if (!/closing ['"]quote/.test(message)) return undefined;
  let begin: number | undefined;
  visit(document, {
    Scalar(_, scalar) {
      const [from = at, to = 0] = scalar.range ?? [];
      if (scalar.type?.startsWith('QUOTE') && from < at && to >= at) begin = from;
    },
  });
  if (begin === undefined) return undefined;
  const fix = 'Close it; inside single quotes a quote is doubled.';
  return { code: 'YAML_SYNTAX', begin, end: at + 1, message: 'A quote is opened here and not closed.', fix };
}

/** Expressions and templates that YAML tears apart with an error of its own. */
function tornValue(text: string, { code, message, pos: [at] }: YAMLError): SourceFault | undefined {
  const value = valueAround(text, at);
  if (!value) return undefined;
  const { begin } = value;
  // A bracket is torn off only inside other brackets; they may have begun on an earlier line.
  const inFlow = value.inFlow || (/flow-(map|seq)-start at node end/.test(message) && !/^['"[{]/.test(value.written));
  const written = value.inFlow || !inFlow ? value.written : value.written.replace(/,$/, '');
  const torn = (reason: string): SourceFault => ({
    code: 'YAML_TORN',
    begin,
    end: begin + written.length,
    message: `YAML tears \`${written}\` apart: ${reason}.`,
    fix: quoteFix(written),
  });
  if (written.startsWith('{{')) return torn('what begins with `{` is a map for it');
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && written.includes(': '))
    return torn('`: ` makes a key of what stands before it');
  if (code === 'BLOCK_IN_FLOW') return torn('`: ` makes a key of what stands before it');
  if (inFlow && /^=?[^'"[{]/.test(written) && /[[{]/.test(text[at] ?? '')) {
    return torn(`\`${text[at]}\` begins a list or map for it, inside { } and [ ]`);
  }
  if (inFlow && code === 'MISSING_CHAR' && /[^\s]\[/.test(written))
    return torn('`[` begins a list for it, inside { } and [ ]');
  if (code === 'UNEXPECTED_TOKEN' && /^(['"[{*]).*\S/.test(written) && !inFlow && at > begin) {
    return torn(`it ends for it with what \`${written[0]}\` began`);
  }
  if (code === 'BAD_SCALAR_START' || code === 'BAD_ALIAS') {
    return torn(`a value can't begin with this character`);
  }
  return undefined;
}

/** The value that an offset stands in: from behind its key, dash or comma to where it seems to end on its line. */
function valueAround(text: string, at: number): { begin: number; written: string; inFlow: boolean } | undefined {
  const lineBegin = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
  const line = text.slice(lineBegin, lineEnd);
  const head = /^(\s*(- +)*)(("[^"]*"|'[^']*'|[^\s:'"{}[\]][^:]*?):\s+|(- +))?/.exec(line)?.[0].length ?? 0;
  if (at - lineBegin < head) return undefined;
  const rest = line.slice(head);
  if (!/^[{[](?!\{)/.test(rest)) {
    const written = rest.replace(/\s+#.*$/, '').trimEnd();
    return written === '' ? undefined : { begin: lineBegin + head, written, inFlow: false };
  }
  const inside = inFlowValue(text, at, lineBegin + head, lineEnd);
  if (inside) return inside;
  return { begin: lineBegin + head, written: rest.replace(/\s+#.*$/, '').trimEnd(), inFlow: false };
}

/** Inside `{ }` and `[ ]`: the value that an offset stands in, up to the comma or bracket that really ends it. Undefined behind them. */
function inFlowValue(text: string, at: number, from: number, lineEnd: number) {
  let begin = from;
  let depth = 0;
  let flows = 0;
  for (let index = from; index <= at; index++) {
    const character = text[index] ?? '';
    const isFirst = depth === 0 && text.slice(begin, index).trim() === '';
    if ('"\'`'.includes(character)) index = Math.max(index, text.indexOf(character, index + 1));
    else if ('([{'.includes(character)) {
      if (isFirst && character !== '(' && index < at) [begin, flows] = [index + 1, flows + 1];
      else depth++;
    } else if (')]}'.includes(character)) {
      if (depth > 0) depth--;
      else if (--flows === 0) return undefined;
    } else if (depth === 0 && (character === ',' || (character === ':' && text[index + 1] === ' '))) begin = index + 1;
  }
  begin += text.slice(begin).length - text.slice(begin).trimStart().length;
  return { begin, written: text.slice(begin, endOfValue(text, begin, lineEnd)).trimEnd(), inFlow: true };
}

function endOfValue(text: string, begin: number, lineEnd: number): number {
  let depth = 0;
  for (let end = begin; end < lineEnd; end++) {
    const character = text[end] ?? '';
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character) && --depth < 0) return end;
    if (character === ',' && depth === 0) return end;
  }
  return lineEnd;
}

function plainFault(text: string, error: YAMLError): SourceFault | undefined {
  const [begin, end] = error.pos;
  const make = (code: SourceFault['code'], message: string, fix: string, from = begin): SourceFault => ({
    code,
    begin: from,
    end: Math.max(end, from + 1),
    message,
    fix,
  });
  switch (error.code) {
    case 'RESOURCE_EXHAUSTION':
      return make(tooDeep.code, tooDeep.message, tooDeep.fix);
    case 'TAG_RESOLVE_FAILED':
      // Tags are refused by name elsewhere.
      return undefined;
    case 'TAB_AS_INDENT':
      return make(
        'YAML_SYNTAX',
        'A tab stands in the indentation; YAML wants blanks.',
        'Replace the tab by two blanks.',
      );
    case 'BAD_DQ_ESCAPE':
      return make(
        'YAML_SYNTAX',
        `\`${text.slice(begin, begin + 2)}\` is not an escape in double quotes.`,
        'Use single quotes, where a backslash is a backslash, or double the backslash.',
      );
    case 'NON_STRING_KEY':
      return make(
        'YAML_SYNTAX',
        'A key is a text; a list or a map stands where a key was expected.',
        'Quote it if it is a text.',
      );
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BAD_INDENT':
      return indentFault(text, error, make);
    case 'MISSING_CHAR':
      return missingFault(text, error, make);
    case 'MULTILINE_IMPLICIT_KEY':
      return undefined;
    default:
      return make(
        'YAML_SYNTAX',
        `YAML can't read what stands here: ${told(error.message)}.`,
        'Quote the value if it is one text.',
      );
  }
}

type Make = (code: SourceFault['code'], message: string, fix: string, from?: number) => SourceFault;

function indentFault(text: string, { message, pos: [at] }: YAMLError, make: Make): SourceFault {
  if (message.includes('end with a')) {
    const closer = message.at(-1) ?? '}';
    return make(
      'YAML_SYNTAX',
      `A \`${closer === '}' ? '{' : '['}\` is not closed.`,
      `Close it with \`${closer}\`.`,
      endBefore(text, at),
    );
  }
  const name = message.startsWith('Nested') ? bareNameBefore(text, at) : undefined;
  if (name !== undefined) {
    const fix = `If it belongs to \`${name}\`, write \`${name}: {}\` on a line of its own, and it below in the same column.`;
    return make('YAML_SYNTAX', `\`${name}\` is a whole value, and the next line stands below it.`, fix);
  }
  const sentence = message.startsWith('Nested')
    ? 'The next line is indented deeper, though this key has a value already.'
    : 'The line is indented differently from the lines it belongs to.';
  return make('YAML_SYNTAX', sentence, 'Let what belongs together begin in the same column.');
}

/** A bare name such as `equeo.users`, with a key on the next line that can't belong to it. */
function bareNameBefore(text: string, at: number): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1).split('\n', 2);
  const name = /^\s*(?:source|sink|report|format):\s+([a-z][\w.-]*)\s*$/.exec(line[0] ?? '')?.[1];
  return name !== undefined && /^\s+[a-z]+:(\s|$)/.test(line[1] ?? '') ? name : undefined;
}

/** The end of the last thing before an offset: where a bracket should have been closed. */
function endBefore(text: string, at: number): number {
  return Math.max(0, text.slice(0, at).trimEnd().length - 1);
}

function missingFault(text: string, { message, pos: [at] }: YAMLError, make: Make): SourceFault {
  if (message.includes('quote')) {
    return make(
      'YAML_SYNTAX',
      'A quote is not closed.',
      'Close it; inside single quotes a quote is doubled.',
      endBefore(text, at),
    );
  }
  if (message.includes('between flow')) {
    return make(
      'YAML_SYNTAX',
      'A comma is missing between the items.',
      'Write a comma, or quote the value if it is one text.',
    );
  }
  const line =
    text
      .slice(text.lastIndexOf('\n', at - 1) + 1)
      .split('\n', 1)[0]
      ?.trim() ?? '';
  return make(
    'YAML_SYNTAX',
    `\`${line}\` is neither a key with a value nor an item of a list.`,
    'Write `key: value` (with a blank behind the colon), or `- item`.',
  );
}

const told = (message: string): string => message.replace(/^Unexpected /, 'unexpected ').replace(/\.$/, '');
