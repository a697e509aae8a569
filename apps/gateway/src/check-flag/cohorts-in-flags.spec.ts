import { EMAIL, EVENT, filtersOf, naming, reference, useFlagGateway } from '../testing/flag-gateway.js';

const BEHAVIORAL = 'behavioral_cohort_found';
const refusal = (code: string, detail: string, attr: string | null = 'filters') => ({
  type: 'validation_error',
  code,
  detail,
  attr,
});

describe('cohorts and the flags that use them', () => {
  const { test, using, editFlag, edit, filled, list } = useFlagGateway();

  describe('a cohort that an active flag uses', () => {
    const OWN = refusal(BEHAVIORAL, 'Behavioral filters cannot be added to cohorts used in feature flags.');

    it('gets no conditions on events, itself or through others, by PATCH and PUT; nothing is stored', async () => {
      const base = await filled('Base');
      const middle = await filled('Middle', reference(base.id));
      const top = await filled('Top', reference(middle.id));
      await using(top.id);
      for (const id of [base.id, middle.id, top.id]) {
        for (const method of ['PATCH', 'PUT'] as const) {
          const answer = await test.call(method, `cohorts/${id}/`, { name: 'other', filters: filtersOf(EMAIL, EVENT) });
          expect([answer.status, answer.body]).toEqual([400, OWN]);
        }
      }
      expect((await test.call('GET', `cohorts/${base.id}/`)).body).toMatchObject({ name: 'Base', pending_version: 1 });
      expect((await edit(base.id, { filters: filtersOf({ ...EMAIL, key: 'phone' }) })).status).toBe(200);
    });

    it('gets no reference to a cohort that reaches one', async () => {
      const events = await filled('Events', EVENT);
      const middle = await filled('Middle', reference(events.id));
      const cohort = await filled('Used');
      await using(cohort.id);
      const detail =
        "A cohort dependency (Events) has filters based on events. These cohorts can't be used in feature flags.";
      for (const id of [events.id, middle.id]) {
        const answer = await edit(cohort.id, { filters: filtersOf(EMAIL, reference(id)) });
        expect([answer.status, answer.body]).toEqual([400, refusal(BEHAVIORAL, detail)]);
      }
      const snapshot = await list('Snapshot', { filters: filtersOf(EVENT) });
      expect((await edit(cohort.id, { filters: filtersOf(reference(snapshot.id)) })).status).toBe(200);
    });

    it('stays a list when it was made from events; `attr` only where filters were sent', async () => {
      const filters = filtersOf(EVENT);
      const cohort = await list('Snapshot', { filters });
      await test.calculate(cohort.id, []);
      await using(cohort.id);
      expect((await edit(cohort.id, { is_static: false })).body).toEqual({ ...OWN, attr: null });
      expect((await edit(cohort.id, { is_static: false, filters })).body).toEqual(OWN);
      expect((await edit(cohort.id, { is_static: false, filters: filtersOf(EMAIL) })).status).toBe(200);
    });

    it('is not given back a deleted one with events by a restore', async () => {
      const events = await filled('Events', EVENT);
      await edit(events.id, { deleted: true });
      const cohort = await filled('Used');
      await edit(cohort.id, { filters: filtersOf(reference(events.id)) });
      const { id } = await using(cohort.id);
      expect((await edit(events.id, { deleted: false })).body).toEqual({ ...OWN, attr: null });
      await editFlag(id, { active: false });
      expect((await edit(events.id, { deleted: false })).status).toBe(200);
    });

    it('is not reached through a deleted one, until that would be restored', async () => {
      const base = await filled('Base');
      const middle = await filled('Middle', reference(base.id));
      await edit(middle.id, { deleted: true });
      const cohort = await filled('Used');
      await edit(cohort.id, { filters: filtersOf(reference(middle.id)) });
      await using(cohort.id);
      expect((await edit(base.id, { filters: filtersOf(EVENT) })).status).toBe(200);
      const detail =
        "A cohort dependency (Base) has filters based on events. These cohorts can't be used in feature flags.";
      expect((await edit(middle.id, { deleted: false })).body).toEqual(refusal(BEHAVIORAL, detail, null));
      await edit(base.id, { deleted: true });
      expect((await edit(cohort.id, { filters: filtersOf(reference(base.id)) })).status).toBe(200);
    });

    it('is free again when the flag is off, deleted, or behind a list', async () => {
      for (const off of [{ active: false }, { deleted: true }]) {
        const cohort = await filled('Freed');
        const { id } = await using(cohort.id);
        await editFlag(id, off);
        expect((await edit(cohort.id, { filters: filtersOf(EVENT) })).status).toBe(200);
      }
      const cohort = await filled('Behind');
      const snapshot = await list('Snapshot', { filters: filtersOf(reference(cohort.id)) });
      await test.calculate(snapshot.id, []);
      await using(snapshot.id);
      expect((await edit(cohort.id, { filters: filtersOf(EVENT) })).status).toBe(200);
    });

    it('is not deleted, before all other reasons; all flags are named', async () => {
      const cohort = await filled('Used');
      const top = await filled('Top', reference(cohort.id));
      const named = await using(cohort.id, { name: 'The new checkout' });
      const unnamed = await using(top.id);
      const asleep = await using(cohort.id, { name: 'asleep', active: false });
      const answer = await edit(cohort.id, { deleted: true });
      const detail = `This cohort is used in 2 active feature flag(s): The new checkout, ${unnamed.key}. Please remove the cohort from these feature flags before deleting it.`;
      expect([answer.status, answer.body]).toEqual([400, refusal('invalid', detail, null)]);
      for (const { id } of [named, unnamed]) {
        await editFlag(id, { active: false });
      }
      expect((await edit(cohort.id, { deleted: true })).body['detail']).toMatch(
        /^This cohort is used as criteria in 1/,
      );
      await edit(top.id, { deleted: true });
      expect((await edit(cohort.id, { deleted: true })).status).toBe(200);
      const { body } = await editFlag(asleep.id, { active: true });
      expect(body).toEqual(refusal('cohort_does_not_exist', `Cohort with id ${cohort.id} does not exist`));
    });

    it('a list too', async () => {
      const cohort = await list('List');
      const { key: name } = await using(cohort.id);
      const { body } = await edit(cohort.id, { deleted: true });
      expect(body['detail']).toMatch(`This cohort is used in 1 active feature flag(s): ${name}.`);
    });
  });

  it('what needs a cohort: flags, inactive ones too, direct or through dynamic cohorts, at most a hundred', async () => {
    const cohort = await filled('Used');
    const top = await filled('Top', reference(cohort.id));
    const snapshot = await list('Snapshot', { filters: filtersOf(reference(cohort.id)) });
    await test.calculate(snapshot.id, []);
    const direct = await using(cohort.id, { active: false, name: 'Direct' });
    const far = await using(top.id);
    await using(snapshot.id);
    const gone = await using(cohort.id);
    await editFlag(gone.id, { deleted: true });
    const uses = async () => (await test.call('GET', `cohorts/${cohort.id}/used_in/`)).body['feature_flags'];
    const results = [direct, far].map(({ id, key: name, name: text }) => ({ id, key: name, name: text }));
    expect(await uses()).toEqual({ results, total: 2, has_more: false });
    await test.database.database.pool.query(
      `INSERT INTO feature_flag (project_id, key, filters) SELECT $1, 'n' || n, $2 FROM generate_series(1, 99) n`,
      [test.project.id, naming(cohort.id)],
    );
    const block = (await uses()) as { results: unknown[] };
    expect([block.results.length, block]).toMatchObject([100, { total: 101, has_more: true }]);
  });
});
