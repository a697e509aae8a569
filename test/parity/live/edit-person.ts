import type { PersonEdit } from './history.js';
import type { PlayedHistory, Rig } from './played-history.js';

const FIND = `
  SELECT uuid, ARRAY(SELECT distinct_id FROM person_distinct_id AS id WHERE id.project_id = $1 AND id.ordinal = person.ordinal) AS ids
  FROM person JOIN person_distinct_id AS named USING (project_id, ordinal) WHERE project_id = $1 AND named.distinct_id = $2`;

/** Over the API, which tells it to ingestion as an event; whoever is deleted is in the static cohort no more. */
export async function editPerson({ stack }: Rig, played: PlayedHistory, edit: PersonEdit): Promise<void> {
  const found = await stack.database.pool.query<{ uuid: string; ids: string[] }>(FIND, [
    played.project.id,
    edit.distinctId,
  ]);
  const person = found.rows[0];
  if (person === undefined) {
    return;
  }
  const [method, path, body] = requestOf(edit);
  const answer = await played.api.request(method, `persons/${person.uuid}/${path}`, body);
  expect({ edit, status: Math.floor(answer.status / 100) }).toEqual({ edit, status: 2 });
  played.teller.countOther();
  await played.teller.settle();
  if (edit.change === undefined) {
    played.staticIds = new Set([...played.staticIds].filter((id) => !person.ids.includes(id)));
  }
}

function requestOf({ change }: PersonEdit): [method: string, path: string, body?: object] {
  if (change === undefined) {
    return ['DELETE', ''];
  }
  return typeof change === 'string'
    ? ['POST', 'delete_property/', { $unset: change }]
    : ['PATCH', '', { properties: change }];
}
