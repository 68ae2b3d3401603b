import { ApiFailure, invalid } from './failure.ts';
import { pageOf, queryFilter } from './paging.ts';
import { isMap, perItem, readItems } from './request-body.ts';
import type { Call, Route } from './route.ts';
import type { KpiValue, LmsState } from './state.ts';
import type { Users } from './users.ts';

/** Endpoints of groups, programmes, statistics and KPI values. */
export function learningRoutes(state: LmsState, users: Users): Route[] {
  return [
    { method: 'GET', path: '/groups', run: (call) => list(call, state.groups, []) },
    { method: 'GET', path: '/programmes', run: (call) => list(call, state.programmes, []) },
    { method: 'GET', path: '/statistics', run: (call) => list(call, state.statistics, ['userId', 'programmeId']) },
    { method: 'GET', path: '/kpi', run: (call) => list(call, state.kpi, ['userId', 'indicator', 'period']) },
    {
      method: 'POST',
      path: '/kpi',
      commits: true,
      run: (call) =>
        perItem(readItems(call, 'values'), (item) => {
          const { id, value } = storeKpi(state.kpi, users, item, call.now());
          return { status: 'stored', id, value };
        }),
    },
  ];
}

function list<T extends { updatedAt: string }>(call: Call, items: T[], filters: (keyof T & string)[]) {
  return { json: pageOf(call, items, queryFilter(call, filters)) };
}

function storeKpi(values: KpiValue[], users: Users, item: unknown, now: Date): KpiValue {
  const { userId, indicator, period, value, mode } = readKpi(item, users);
  const updatedAt = now.toISOString();
  const known = values.find((kpi) => kpi.userId === userId && kpi.indicator === indicator && kpi.period === period);
  if (known) {
    known.value = mode === 'add' ? known.value + value : value;
    known.updatedAt = updatedAt;
    return known;
  }
  const id = `k_${String(values.length + 1).padStart(6, '0')}`;
  const created = { id, userId, indicator, period, value, updatedAt };
  values.push(created);
  return created;
}

function readKpi(item: unknown, users: Users) {
  if (!isMap(item)) throw invalid('values', 'A value must be a map.');
  const { indicator, period, value, mode = 'replace' } = item;
  if (typeof indicator !== 'string' || !indicator) throw invalid('indicator', 'indicator must be a text.');
  if (typeof period !== 'string' || !/^\d{4}-(0[1-9]|1[0-2])$/.test(period))
    throw invalid('period', 'period must be a month YYYY-MM.');
  if (typeof value !== 'number') throw invalid('value', 'value must be a number.');
  if (mode !== 'replace' && mode !== 'add') throw invalid('mode', 'mode must be replace or add.');
  return { userId: knownUser(item, users), indicator, period, value, mode };
}

function knownUser({ userId, externalId }: Record<string, unknown>, users: Users): string {
  const id = typeof externalId === 'string' ? users.find('externalId', externalId)?.id : userId;
  if (typeof id === 'string' && users.has(id)) return id;
  throw new ApiFailure(422, 'unknown_user', 'There is no such user.', { field: 'userId' });
}
