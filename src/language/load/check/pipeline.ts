import type { KindEntry } from '../../catalogue/catalogue.ts';
import { markedLeaves, type MarkedLeaf, type Path } from '../../compile/schema-walk.ts';
import { writtenSteps, type WrittenStep } from '../../compile/steps.ts';
import { oneOrList, writtenUse, type WrittenUse } from '../../compile/written-use.ts';
import { functionNames } from '../../../expression/index.ts';
import { operations, type Operation } from '../../../model/record.ts';
import { pointerOfPath } from '../yaml-place.ts';
import { isMap } from '../load-workspace.ts';
import { checkAgainst } from './against.ts';
import { checkCalls } from './calls.ts';
import { checkConnection } from './connections.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { checkCorrections } from './corrections.ts';
import { checkFiles } from './files.ts';
import { checkLookups, lookupsOf, namesOfRead } from './lookups.ts';
import { checkFormats } from './formats.ts';
import { checkMarked } from './marks.ts';
import { diffNames, runMembers, runNames, type Members, type Names } from './names.ts';
import {
  checkOnly,
  checkOnlyBefore,
  checkOperationSteps,
  checkRepeats,
  checkTarget,
  possibleOperations,
} from './operations.ts';
import { typesOfRecord } from './field-types.ts';
import { pipelineScopes, type PipelineScopes } from './pipeline-scopes.ts';
import { checkSharedSnapshot, checkWas } from './owners.ts';
import { checkPartial } from './partial.ts';
import { checkRecordSteps } from './record-steps.ts';
import { checkRecord } from './record.ts';
import { checkRows } from './rows.ts';
import { checkDiffs, checkMatch, checkMissing, checkValidate } from './steps.ts';
import { checkSources } from './sources.ts';
import { checkSchedule } from './schedule.ts';
import { checkUnusedNames } from './unused-names.ts';

/** Everything about a pipeline document that its schema can't say. */
export function checkPipeline(checking: Checking, check: DocumentCheck): void {
  const { value } = check.document;
  const steps = writtenSteps(value);
  const types = check.isDoubtful(['record']) ? undefined : typesOfRecord(value, checking.catalogue);
  const sources = usesOf(value.source, ['source'], checking.catalogue.sources);
  const sinks = usesOf(value.sink, ['sink'], checking.catalogue.sinks);
  const members = membersIn(value, sinks);
  const preset = sources[0]?.entry.preset;
  const scopes = pipelineScopes(value, steps, check.isDoubtful, {
    types: types ?? { named: new Map() },
    members,
    presetKey: preset?.key,
  });
  const reports = usesOf(value.report, ['report'], checking.catalogue.sinks);
  const corrections = usesOf(value.corrections, ['corrections'], checking.catalogue.sources);
  const lookups = lookupsOf(checking, steps);
  for (const { use, entry, path } of [...sources, ...sinks, ...reports, ...corrections, ...lookups]) {
    if (checking.loaded.workspace && !check.isMute(path)) checkConnection(checking, check, use, entry, path);
  }
  checkFormats(checking, check, [...sources, ...sinks, ...reports, ...lookups]);
  checkFiles(checking, check, { sources, sinks, reports }, steps);
  checking.read.clear();
  for (const leaf of leavesOf(checking, value, steps)) {
    checkMarked(checking, check, leaf, namesFor(leaf.path, scopes, steps));
  }
  const possible = possibleOperations(value, preset?.gone !== undefined);
  // Where a step is not known nothing can be said of operations.
  const isSure = isEveryStepKnown(checking, value, steps);
  for (const { use, entry, path } of isSure ? sinks : []) {
    checkOnly(check, use.words.only, [...path, 'only'], possible);
    checkTarget(check, use, entry, path, possible);
    checkRepeats(check, use, entry, path, possible);
  }
  checkStepWords(check, steps, isSure ? possible : operations);
  checkRecord(check, preset);
  if (isSure) checkRows(check, steps, sources, preset?.key);
  if (isSure) checkDiffs(check, steps);
  checkOperationSteps(check, steps);
  checkRecordSteps(check, steps, scopes, preset?.key);
  checkCalls(checking, check, steps);
  checkLookups(checking, check, steps);
  checkValidate(check, steps, scopes);
  checkMatch(check, steps, scopes);
  checkAgainst(checking, check, steps);
  checkMissing(check, steps, sources);
  for (const source of isSure ? sources : []) checkPartial(checking, check, steps, source);
  checkSources(check, sources);
  checkCorrections(checking, check, sources);
  checkSchedule(checking, check);
  checkUnusedNames(checking, check, steps);
  checkWas(checking, check);
  checkSharedSnapshot(checking, check);
}

/** What the run's names hold in this pipeline; `$kept` is what the first sink's target keeps. */
function membersIn({ params, sink }: Record<string, unknown>, [first]: readonly FoundUse[]): Members {
  const isFirst = first && String(first.path) === String(Array.isArray(sink) ? ['sink', 0] : ['sink']);
  return {
    ...runMembers,
    ...(params === undefined || isMap(params) ? { params: Object.keys(params ?? {}) } : {}),
    ...(isFirst && first.entry.keeps ? { kept: first.entry.keeps } : {}),
  };
}

function isEveryStepKnown(
  { catalogue }: Checking,
  value: Record<string, unknown>,
  steps: readonly WrittenStep[],
): boolean {
  const properties = catalogue.documents.pipeline.properties as Record<string, unknown>;
  const listed = Array.isArray(value.steps) ? value.steps.length : 0;
  const isEachRead = steps.filter((step) => step.path.length > 0).length === listed;
  const isKnown = steps.every((step) => Object.hasOwn(catalogue.steps, step.kind));
  return isEachRead && isKnown && Object.keys(value).every((key) => Object.hasOwn(properties, key));
}

/** A use whose kind is known, with its place. */
export interface FoundUse {
  use: WrittenUse;
  entry: KindEntry;
  path: (string | number)[];
}

/** Uses of one or a list whose kinds are known. */
export function usesOf(value: unknown, path: Path, entries: Record<string, KindEntry>): FoundUse[] {
  return oneOrList(value, path).flatMap(({ item, path: at }) => {
    const use = writtenUse(item);
    const entry = use && Object.hasOwn(entries, use.kind) ? entries[use.kind] : undefined;
    return use && entry ? [{ use, entry, path: at }] : [];
  });
}

/** Marked values by the schema, and those of the language's own words. */
function leavesOf(checking: Checking, value: Record<string, unknown>, steps: readonly WrittenStep[]): MarkedLeaf[] {
  const leaves = [...ownLeaves(value, steps), ...markedLeaves(checking.catalogue.documents.pipeline, value)];
  const seen = new Set<string>();
  return leaves.filter(({ path }) => {
    const pointer = pointerOfPath(path);
    return seen.has(pointer) ? false : seen.add(pointer);
  });
}

function* ownLeaves(value: Record<string, unknown>, steps: readonly WrittenStep[]): Generator<MarkedLeaf> {
  const { record } = value;
  if (isMap(record)) {
    for (const { item, path } of oneOrList(record.key, ['record', 'key']))
      yield { mark: { as: 'expression' }, value: item, path };
    if (isMap(record.rows))
      for (const { item, path } of oneOrList(record.rows.by, ['record', 'rows', 'by']))
        yield { mark: { as: 'expression' }, value: item, path };
    if (record.gone !== undefined) yield { mark: { as: 'condition' }, value: record.gone, path: ['record', 'gone'] };
  }
  for (const { kind, options, words, path } of steps) {
    const at = [...path, kind];
    if (kind === 'filter') yield { mark: { as: 'condition' }, value: options, path: at };
    if (kind === 'operation') yield { mark: { as: 'expression' }, value: options, path: at };
    if (kind === 'dedupe')
      for (const each of oneOrList(options, at))
        yield { mark: { as: 'expression' }, value: each.item, path: each.path };
    if (kind === 'split' && isMap(options))
      for (const word of ['each', 'by'])
        if (options[word] !== undefined)
          yield { mark: { as: 'expression' }, value: options[word], path: [...at, word] };
    const readings = { sort: ['key', 'parent'], hold: ['until'], lookup: ['key', 'by'] }[kind];
    if (readings && isMap(options))
      for (const word of readings)
        if (options[word] !== undefined)
          yield { mark: { as: 'expression' }, value: options[word], path: [...at, word] };
    if ((kind === 'map' || kind === 'set') && isMap(options)) yield { mark: { as: 'shape' }, value: options, path: at };
    if (kind === 'diff' && isMap(options) && options.protect !== undefined) {
      yield { mark: { as: 'condition' }, value: options.protect, path: [...at, 'protect'] };
    }
    if (words.when !== undefined) yield { mark: { as: 'condition' }, value: words.when, path: [...path, 'when'] };
  }
  for (const part of ['sink', 'report'] as const) {
    for (const { item, path } of oneOrList(value[part], [part])) {
      const when = isMap(item) ? item.when : undefined;
      if (when !== undefined) yield { mark: { as: 'condition' }, value: when, path: [...path, 'when'] };
    }
  }
}

function namesFor(path: Path, scopes: PipelineScopes, steps: readonly WrittenStep[]): Names {
  const [part, index] = path;
  if (part === 'record') return scopes.record;
  if (part === 'sink') return scopes.sink;
  const found = steps.findIndex((step) =>
    part === 'steps' ? step.path[1] === index : step.path.length === 0 && step.kind === part,
  );
  const step = steps[found];
  if (step?.kind === 'lookup' && path[3] === 'from') return namesOfRead(scopes.outside, step);
  if (step?.kind === 'lookup' && path[3] === 'key') return ofPart(scopes.steps[found] ?? scopes.doubtful);
  if (step?.kind === 'split' && path.at(-1) === 'by') return ofPart(scopes.steps[found] ?? scopes.doubtful);
  return scopes.steps[found] ?? (part === 'steps' ? scopes.doubtful : scopes.outside);
}

/** A part may have any fields. */
const ofPart = (names: Names): Names => ({ ...names, fields: undefined, likely: new Set(), types: undefined });

function checkStepWords(check: DocumentCheck, steps: readonly WrittenStep[], possible: readonly Operation[]): void {
  const saidAt = steps.findLastIndex((step) => step.kind === 'diff' || step.kind === 'operation');
  const taken = new Set<string>([...runNames, ...diffNames]);
  for (const [index, step] of steps.entries()) {
    const { words, path } = step;
    if (words.only !== undefined && index < saidAt) checkOnlyBefore(check, step, steps[saidAt]?.kind);
    else if (words.only !== undefined) checkOnly(check, words.only, [...path, 'only'], possible);
    const { as } = words;
    if (typeof as !== 'string') continue;
    if (taken.has(as) || functionNames.includes(as)) {
      const message = `\`as: ${as}\` takes a name that exists already: $${as} is ${functionNames.includes(as) ? 'a function' : 'in use'}.`;
      check.tell('NAME_TAKEN', [...path, 'as'], message, 'Choose another name.');
    }
    taken.add(as);
  }
}
