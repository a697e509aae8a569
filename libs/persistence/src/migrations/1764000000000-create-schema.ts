import type { MigrationInterface, QueryRunner } from 'typeorm';

import { COHORTS } from './schema/cohorts.js';
import { EVENTS } from './schema/events.js';
import { MESSAGES } from './schema/messages.js';
import { PERSONS, PROJECT_BIRTH } from './schema/persons.js';
import { PROJECTS } from './schema/projects.js';

/** The whole schema as docs/architecture.md describes it; later issues add migrations beside it. */
export class CreateSchema1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [PROJECTS, PERSONS, PROJECT_BIRTH, EVENTS, COHORTS, MESSAGES]) {
      await runner.query(part);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE inbox, outbox, calculation, membership_delta, cohort_chunk, cohort, activity, event_seen, event,
        person_change, person_presence, person_distinct_id, person, person_counter, live_set, personal_api_key, app_user, project;
      DROP SEQUENCE ingestion_batch;
      DROP FUNCTION project_born;
    `);
  }
}
