import { etag, readIfMatch } from './entity-tag.ts';
import { ApiFailure, invalid, notFound, versionConflict } from './failure.ts';
import { pageOf, queryFilter } from './paging.ts';
import { readMap } from './request-body.ts';
import type { Answer, Call, Route } from './route.ts';
import type { LmsState, Material } from './state.ts';

/** Endpoints of the knowledge base. */
export function materialRoutes(state: LmsState): Route[] {
  const materialOf = (call: Call): Material => {
    const material = state.materials.find(({ id }) => id === call.params['id']);
    if (!material) throw notFound('material');
    return material;
  };
  return [
    {
      method: 'GET',
      path: '/materials',
      run: (call) => {
        const page = pageOf(call, state.materials, queryFilter<Material>(call, []));
        return { json: { ...page, items: page.items.map(shown) } };
      },
    },
    { method: 'GET', path: '/materials/{id}', run: (call) => answer(materialOf(call)) },
    { method: 'GET', path: '/materials/{id}/content', run: (call) => readContent(materialOf(call), call) },
    {
      method: 'PUT',
      path: '/materials/{id}/content',
      commits: true,
      run: (call) => addVersion(materialOf(call), call),
    },
    {
      method: 'PUT',
      path: '/materials/{id}/access',
      commits: true,
      run: (call) => setAccess(materialOf(call), state, call),
    },
  ];
}

function readContent(material: Material, call: Call): Answer {
  const text = call.query.get('version');
  const version = text === null ? material.versions.length : Number(text);
  const content = material.versions[version - 1];
  if (!content) throw notFound('version');
  return { bytes: content.bytes, headers: { 'Content-Type': content.contentType, ...etag(version) } };
}

function addVersion(material: Material, call: Call): Answer {
  const expected = readIfMatch(call);
  if (expected !== undefined && expected !== material.versions.length)
    throw versionConflict('material', material.versions.length);
  const contentType = call.headers['content-type'];
  if (!contentType) throw new ApiFailure(415, 'unsupported_media_type', 'The content needs a Content-Type.');
  material.versions.push({ contentType, bytes: call.body });
  material.updatedAt = call.now().toISOString();
  return answer(material);
}

function setAccess(material: Material, state: LmsState, call: Call): Answer {
  const { groups } = readMap(call);
  if (!Array.isArray(groups)) throw invalid('groups', 'groups must be a list of group ids.');
  for (const id of groups)
    if (!state.groups.some((group) => group.id === id)) throw invalid('groups', 'One of the groups does not exist.');
  material.accessGroups = [...new Set(groups as string[])];
  material.updatedAt = call.now().toISOString();
  return answer(material);
}

function answer(material: Material): Answer {
  return { json: shown(material), headers: etag(material.versions.length) };
}

function shown({ versions, ...material }: Material) {
  const newest = versions.at(-1);
  return { ...material, contentType: newest?.contentType, version: versions.length, sizeBytes: newest?.bytes.length };
}
