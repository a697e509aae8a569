import { createTestProject } from '#testing';

import { EMAIL, EVENT, filtersOf, naming, reference, useFlagGateway } from '../testing/flag-gateway.js';

const BEHAVIORAL = 'behavioral_cohort_found';
const refusal = (code: string, detail: string, attr: string | null = 'filters') => ({
  type: 'validation_error',
  code,
  detail,
  attr,
});

describe('flags and their cohorts', () => {
  const { test, flag, using, editFlag, edit, filled, list } = useFlagGateway();

  describe('a flag may not take', () => {
    it('a cohort that is unknown, foreign or deleted', async () => {
      const other = await createTestProject(test.database.database);
      const url = `/api/projects/${other.id}/cohorts/`;
      const foreign = await test.callAs(other.apiKey, 'POST', url, { name: 'f', is_static: true });
      const deleted = await list('deleted');
      await edit(deleted.id, { deleted: true });
      for (const id of [2_000_000, foreign.body['id'] as number, deleted.id]) {
        const { status, body } = await flag(naming(id));
        expect([status, body]).toEqual([400, refusal('cohort_does_not_exist', `Cohort with id ${id} does not exist`)]);
      }
      const { rows } = await test.database.database.pool.query(
        `SELECT 1 FROM outbox WHERE type LIKE 'flag.%' UNION ALL SELECT 1 FROM feature_flag`,
      );
      expect(rows).toEqual([]);
    });

    it('a cohort with conditions on events, its own or those of a cohort that it leads to', async () => {
      const behavioral = await filled('Events', EVENT);
      const middle = await filled('Middle', reference(behavioral.id));
      const top = await filled('Top', reference(middle.id), EMAIL);
      const detail = "Cohort 'Events' with filters on events cannot be used in feature flags.";
      for (const id of [behavioral.id, middle.id, top.id]) {
        const { body } = await flag(naming(id));
        expect(body).toEqual(refusal(BEHAVIORAL, detail));
      }
      const inactive = await flag(naming(top.id), { active: false });
      expect(inactive.body).toEqual(refusal(BEHAVIORAL, detail));
    });

    it('a cohort without a version yet, until it has one', async () => {
      const cohort = await test.create({ name: 'New', filters: filtersOf(EMAIL) });
      const { body } = await flag(naming(cohort.id));
      const detail =
        "Cohort 'New' is still being backfilled and cannot be used in feature flags yet. It will become available once its initial backfill completes.";
      expect(body).toEqual(refusal(BEHAVIORAL, detail));
      await test.calculate(cohort.id, []);
      await using(cohort.id);
    });

    it('a cohort that has outgrown the size limit, or leads to one; a flag that has it keeps it', async () => {
      const cohort = await filled('Huge');
      const top = await filled('Top', reference(cohort.id));
      const before = await using(cohort.id);
      await test.database.database.pool.query('UPDATE cohort SET limit_exceeded = true WHERE id = $1', [cohort.id]);
      const detail = "Cohort 'Huge' is larger than the size limit and cannot be used in feature flags.";
      for (const id of [cohort.id, top.id]) {
        expect((await flag(naming(id))).body).toEqual(refusal('cohort_limit_exceeded', detail));
      }
      const wider = { groups: [{ ...naming(cohort.id).groups[0], rollout_percentage: 50 }] };
      expect((await editFlag(before.id, { filters: wider })).status).toBe(200);
      expect((await editFlag(before.id, { active: false })).status).toBe(200);
      expect((await editFlag(before.id, { active: true })).body).toMatchObject({ code: 'cohort_limit_exceeded' });
    });

    it('but any list, whatever it was made from, or whatever refers to it', async () => {
      const behavioral = await filled('Events', EVENT);
      const snapshot = await list('Snapshot', { filters: filtersOf(EVENT, reference(behavioral.id)) });
      await test.calculate(snapshot.id, []);
      const top = await filled('Over the list', reference(snapshot.id));
      await using(snapshot.id);
      await using(top.id);
      const deleted = await filled('Deleted', EVENT, reference(behavioral.id));
      const over = await filled('Over the deleted');
      await edit(over.id, { filters: filtersOf(reference(deleted.id)) });
      await edit(over.id, { filters: filtersOf(EMAIL) });
      await edit(deleted.id, { deleted: true });
      await edit(over.id, { filters: filtersOf(reference(deleted.id)) });
      await using(over.id);
    });

    it('also when it is edited, put back or switched on; of several the first is named', async () => {
      const behavioral = await filled('Events', EVENT);
      const fine = await filled('Fine');
      const { id } = await using(fine.id);
      const refused = await editFlag(id, { filters: naming(fine.id, behavioral.id, 2_000_000) });
      expect(refused.body).toMatchObject({ code: BEHAVIORAL, detail: expect.stringContaining("'Events'") as string });
      const put = await test.call('PUT', `feature_flags/${id}/`, { key: 'put', filters: naming(2_000_000) });
      expect(put.body).toMatchObject({ code: 'cohort_does_not_exist' });
      for (const off of [{ active: false }, { deleted: true }]) {
        const victim = await filled('Victim');
        const asleep = await using(victim.id);
        expect((await editFlag(asleep.id, off)).status).toBe(200);
        expect((await edit(victim.id, { filters: filtersOf(EVENT) })).status).toBe(200);
        expect((await editFlag(asleep.id, { name: 'still asleep' })).status).toBe(200);
        const woken = await editFlag(asleep.id, { active: true, deleted: false });
        expect(woken.body).toMatchObject({ code: BEHAVIORAL });
      }
    });
  });

  describe('a race is won by one', () => {
    it('of a new flag and the deletion of its cohort', async () => {
      for (let round = 0; round < 8; round++) {
        const cohort = await filled('Contested');
        const [made, deleted] = await Promise.all([flag(naming(cohort.id)), edit(cohort.id, { deleted: true })]);
        expect([made.status, deleted.status].sort()).not.toEqual([200, 201]);
        expect([made.status === 201, deleted.status === 200].filter(Boolean)).toHaveLength(1);
      }
    });

    it('of a new flag and conditions on events, in the cohort or in one that it leads to', async () => {
      for (let round = 0; round < 8; round++) {
        const base = await filled('Base');
        const cohort = await filled('Contested', reference(base.id));
        const target = round % 2 === 0 ? base : cohort;
        const [made, edited] = await Promise.all([
          flag(naming(cohort.id)),
          edit(target.id, { filters: filtersOf(EVENT) }),
        ]);
        expect([made.status === 201, edited.status === 200].filter(Boolean)).toHaveLength(1);
      }
    });

    it('of a flag that wakes and a reference to events', async () => {
      const events = await filled('Events', EVENT);
      for (let round = 0; round < 8; round++) {
        const cohort = await filled('Contested');
        const { id } = await using(cohort.id, { active: false });
        const [woken, edited] = await Promise.all([
          editFlag(id, { active: true }),
          edit(cohort.id, { filters: filtersOf(reference(events.id)) }),
        ]);
        expect([woken.status === 200, edited.status === 200].filter(Boolean)).toHaveLength(1);
      }
    });
  });
});
