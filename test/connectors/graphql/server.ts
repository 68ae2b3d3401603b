import { buildSchema, graphql, GraphQLError } from 'graphql';
import { bodyOf } from '../harness.ts';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';

export interface Employee {
  id: string;
  externalId: string;
  name: string;
  department: string | null;
  active: boolean;
}

const schema = buildSchema(`
  type Employee { id: ID! externalId: String! name: String! department: String active: Boolean! }
  type Edge { cursor: String! node: Employee }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Connection { edges: [Edge!]! pageInfo: PageInfo! totalCount: Int! }
  type Fault { field: String message: String! }
  type Upserted { externalId: String! employee: Employee errors: [Fault!]! }
  input EmployeeInput { externalId: String! name: String! department: String }
  type Query { employees(first: Int!, after: String): Connection! }
  type Mutation {
    upsertEmployees(input: [EmployeeInput!]!): [Upserted!]!
    setActive(id: ID!, active: Boolean!): Employee
  }
`);

/**
 * People behind GraphQL, executed by the reference implementation: connections as in the public Cursor Connections
 * Specification, refusals inside 200 as in GraphQL over HTTP, a budget of calls as public APIs have it (`THROTTLED`).
 */
export async function startPeopleGraph(token: string) {
  const people = new Map<string, Employee>();
  const state = {
    ledger: [] as string[],
    requests: 0,
    /** So many of the next requests are throttled. */
    throttled: 0,
    /** The page that begins here fails inside a 200. */
    faultAt: -1,
    /** A node of this id may not be seen: its edge is empty. */
    hidden: '',
    /** Answers of so many mutations are lost after the work was done. */
    lost: 0,
  };
  const cursorOf = (at: number): string => Buffer.from(`at:${at}`).toString('base64url');
  const placeOf = (cursor: string): number => {
    const at = /^at:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
    if (at === undefined)
      throw new GraphQLError('The cursor is not one of ours', { extensions: { code: 'BAD_USER_INPUT' } });
    return Number(at);
  };
  const rootValue = {
    employees({ first, after }: { first: number; after?: string | null }) {
      const all = [...people.values()];
      const from = after ? placeOf(after) + 1 : 0;
      if (from === state.faultAt)
        throw new GraphQLError('The search is out of order', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
      const edges = all.slice(from, from + first).map((node, index) => ({
        cursor: cursorOf(from + index),
        node: node.id === state.hidden ? null : node,
      }));
      const pageInfo = { hasNextPage: from + first < all.length, endCursor: edges.at(-1)?.cursor ?? null };
      return { edges, pageInfo, totalCount: all.length };
    },
    upsertEmployees({ input }: { input: Pick<Employee, 'externalId' | 'name' | 'department'>[] }) {
      return input.map((given) => {
        if (given.name.length > 20)
          return {
            externalId: given.externalId,
            employee: null,
            errors: [{ field: 'name', message: 'A name has at most 20 letters' }],
          };
        const known = [...people.values()].find(({ externalId }) => externalId === given.externalId);
        const employee: Employee = {
          active: true,
          ...known,
          ...given,
          id: known?.id ?? `E${people.size + 1}`,
        };
        people.set(employee.id, employee);
        state.ledger.push(`${known ? 'change' : 'add'} ${given.externalId}`);
        return { externalId: given.externalId, employee, errors: [] };
      });
    },
    setActive({ id, active }: { id: string; active: boolean }) {
      const person = people.get(id);
      if (!person) throw new GraphQLError('There is nobody of this id', { extensions: { code: 'NOT_FOUND' } });
      state.ledger.push(`${active ? 'open' : 'close'} ${person.externalId}`);
      person.active = active;
      return person;
    },
  };
  const server = await startHttpServer(async (request, response) => {
    state.requests++;
    const { query, variables } = JSON.parse(await bodyOf(request)) as {
      query: string;
      variables?: Record<string, unknown>;
    };
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (!isKnown) return answer(401, { errors: [{ message: 'Invalid token' }] });
    if (state.throttled-- > 0)
      return answer(200, {
        errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
        extensions: { cost: { requestedQueryCost: 52, throttleStatus: { currentlyAvailable: 2, restoreRate: 50 } } },
      });
    const result = await graphql({
      schema,
      source: query,
      rootValue,
      ...(variables ? { variableValues: variables } : {}),
    });
    if (/^\s*mutation/.test(query) && state.lost-- > 0) return void request.socket.destroy();
    return answer(200, result);
  });
  return { ...server, people, state };
}
export type PeopleGraph = Awaited<ReturnType<typeof startPeopleGraph>>;
