export * from './declare.ts';
export { field, type Field, type TypeOf, type Share, type WorkspaceText, type Schema, type Mark } from './field.ts';
export { problem, isProblem, type Problem, type ProblemClass } from '../../model/problem.ts';
export type * from '../../model/record.ts';
export type { Clock } from '../../model/clock.ts';
export type * from '../files/port.ts';
export type { Expression, Shape, Template, Scope, Environment } from '../../expression/index.ts';
