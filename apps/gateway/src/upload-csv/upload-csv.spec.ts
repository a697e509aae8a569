import { createTestProject, eventually, useStack } from '#testing';

import { form, formOf, part, type RawRequest, sendRaw } from '../testing/send-form.js';

const MEGABYTE = 1024 * 1024;

describe('a CSV file in a form', () => {
  const stack = useStack(['gateway'], {
    CSV_MAX_BYTES: String(60 * MEGABYTE),
    CSV_MAX_ROWS: '5000',
    CSV_UPLOAD_STALL_MS: '2000',
  });

  const pathOf = (path: string) => `/api/projects/${stack.project.id}/${path}`;
  const send = (method: string, path: string, body: Buffer, rest: Partial<RawRequest> = {}) =>
    sendRaw({ url: stack.gatewayUrl, key: stack.project.apiKey, method, path, body, ...rest });
  const create = (csv: string | Buffer, fields: Record<string, string> = {}) =>
    send('POST', pathOf('cohorts/'), formOf(csv, fields));

  const stored = async () => {
    const tables = ['cohort', 'outbox', 'csv_import', 'upload', 'upload_piece'];
    const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
    const { rows } = await stack.database.pool.query(`SELECT ${counts.join(', ')}`);
    return rows[0] as Record<string, number>;
  };

  async function refused(action: () => Promise<unknown>): Promise<void> {
    const before = await stored();
    await action();
    await eventually(async () => {
      expect(await stored()).toEqual(before);
    });
  }

  it('is stored in pieces, with cohort, import and messages', async () => {
    const rows = Array.from({ length: 4_000 }, (_, row) => `user-${row},"${'x'.repeat(400)}"`);
    const file = `\ufeffdistinct_id,note\n${rows.join('\n')}`;
    const answer = await create(file, { csv_mode: 'replace', keep_unmatched: '1', description: 'd' });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        name: 'VIP',
        description: 'd',
        is_static: true,
        is_calculating: true,
        count: 0,
        filters: { properties: {} },
      },
    });
    const { pool } = stack.database;
    const { rows: imports } = await pool.query('SELECT * FROM csv_import WHERE cohort_id = $1', [answer?.body['id']]);
    expect(imports).toMatchObject([
      {
        mode: 'replace',
        keep_unmatched: true,
        file_name: 'vip.csv',
        layout: { separator: ',', kind: 'distinct_id', column: 0, hasHeader: true },
        pieces: 2,
        total_bytes: String(Buffer.byteLength(file) - 3),
      },
    ]);
    const pieces = await pool.query<{ bytes: Buffer }>('SELECT bytes FROM upload_piece ORDER BY number');
    expect(Buffer.concat(pieces.rows.map(({ bytes }) => bytes)).toString()).toBe(file.slice(1));
    const { rows: told } = await pool.query(
      `SELECT type, aggregateid FROM outbox WHERE aggregateid = $1 ORDER BY position`,
      [`${stack.project.id}:${String(answer?.body['id'])}`],
    );
    expect(told.map((row: { type: string }) => row.type)).toEqual(['cohort.created', 'cohort.csv.uploaded']);
  });

  it('takes the fields that JSON bodies have', async () => {
    const filters = JSON.stringify({
      properties: { type: 'AND', values: [{ type: 'person', key: 'a', operator: 'is_set' }] },
    });
    const body = form(part('name', 'Dynamic'), part('filters', filters), part('groups', '[]'));
    const dynamic = await send('POST', pathOf('cohorts/'), body);
    expect(dynamic).toMatchObject({
      status: 201,
      body: { name: 'Dynamic', is_static: false, cohort_type: 'realtime' },
    });
    const ids = form(
      part('name', 'List'),
      part('is_static', 'true'),
      part('_create_static_person_ids', '00000000-0000-4000-8000-000000000001'),
      part('_create_static_person_ids', '00000000-0000-4000-8000-000000000002'),
    );
    expect(await send('POST', pathOf('cohorts/'), ids)).toMatchObject({ status: 201, body: { count: 0 } });
    expect(await create('p1', { filters: '{' })).toMatchObject({
      status: 400,
      body: { attr: 'filters', detail: 'Value must be valid JSON.' },
    });
  });

  it.each([
    ['CSV file is empty. Please upload a CSV file with at least one row of data.', ''],
    ['CSV file is empty. Please upload a CSV file with at least one row of data.', '\n \n'],
    [
      "Multi-column CSV must contain at least one column with a supported ID header: 'person_id', 'Person .id' (PostHog export format), 'distinct_id', 'distinct-id', or 'email'. Found columns: 'name', 'age'",
      'name,age\na,1',
    ],
    [
      'CSV file contains no valid person IDs, distinct IDs, or email addresses. Please ensure your file has data rows with person IDs, distinct IDs, or email addresses.',
      'email\n',
    ],
    [
      'CSV file contains no valid person IDs, distinct IDs, or email addresses. Please ensure your file has data rows with person IDs, distinct IDs, or email addresses.',
      ',,\n,,\n',
    ],
    [
      'CSV file encoding is not supported. Please save your file as UTF-8 and try again.',
      Buffer.from('zoë\n', 'latin1'),
    ],
    [
      'CSV file encoding is not supported. Please save your file as UTF-8 and try again.',
      Buffer.from('PK\u0003\u0004\u0000\u0000', 'latin1'),
    ],
    ['CSV file format is invalid. Please check your file format and try again.', `user-number-1\nuser-number-2\nb\0c`],
    ['CSV file format is invalid. Please check your file format and try again.', `a\n"open`],
    ['CSV file format is invalid. Please check your file format and try again.', ','.repeat(999_999)],
  ])('is refused: %s', async (detail, csv) => {
    await refused(async () => {
      expect(await create(csv)).toEqual({
        status: 400,
        body: { type: 'validation_error', code: 'invalid', detail, attr: 'csv' },
      });
    });
  });

  it('is refused in the middle: an open quote over 50 MB, a line of 50 MB, too many rows', async () => {
    const format = { attr: 'csv', detail: 'CSV file format is invalid. Please check your file format and try again.' };
    const filler = Buffer.alloc(50 * MEGABYTE, 'x');
    await refused(async () => {
      expect(await create(Buffer.concat([Buffer.from('a\n"'), filler]))).toMatchObject({ status: 400, body: format });
      expect(await create(filler)).toMatchObject({ status: 400, body: format });
      expect(await create('a\n'.repeat(5_001))).toMatchObject({ status: 413, body: { attr: 'csv' } });
    });
  });

  it('is refused when it is too large: before it is read where the length is told', async () => {
    await refused(async () => {
      const answer = await send('POST', pathOf('cohorts/'), Buffer.from('--'), { length: 63 * MEGABYTE });
      expect(answer).toMatchObject({ status: 413, body: { code: 'request_too_large', attr: 'csv' } });
      const body = formOf(Buffer.alloc(61 * MEGABYTE, 'user-1\n'));
      expect(await send('POST', pathOf('cohorts/'), body)).toMatchObject({ status: 413, body: { attr: 'csv' } });
    });
  });

  it('is refused in a form that is none: as a text, twice, without boundary, with an end missing', async () => {
    await refused(async () => {
      const asText = form(part('name', 'a'), part('csv', 'p1'));
      expect(await send('POST', pathOf('cohorts/'), asText)).toMatchObject({
        status: 400,
        body: { attr: 'csv', detail: 'The submitted data was not a file. Check the encoding type on the form.' },
      });
      const twice = form(part('name', 'a'), part('csv', 'p1', 'a'), part('csv', 'p2', 'b'));
      expect(await send('POST', pathOf('cohorts/'), twice)).toMatchObject({ status: 400, body: { attr: 'csv' } });
      const headers = { 'content-type': 'multipart/form-data' };
      expect(await send('POST', pathOf('cohorts/'), twice, { headers })).toMatchObject({
        status: 400,
        body: { code: 'parse_error', attr: null },
      });
      const cut = formOf('p1').subarray(0, -20);
      expect(await send('POST', pathOf('cohorts/'), cut)).toMatchObject({ status: 400, body: { code: 'parse_error' } });
      expect(await send('POST', pathOf('cohorts/preview/'), formOf('p1'))).toMatchObject({ status: 415 });
    });
  });

  it('leaves nothing when a field is wrong', async () => {
    await refused(async () => {
      expect(await create('p1', { name: '' })).toMatchObject({ status: 400, body: { attr: 'name', code: 'blank' } });
      expect(await create('p1', { csv_mode: 'x' })).toMatchObject({ status: 400, body: { attr: 'csv_mode' } });
      expect(await create('p1', { csv_mode: 'remove', keep_unmatched: 'true' })).toMatchObject({
        status: 400,
        body: { attr: 'keep_unmatched' },
      });
      expect(await create('p1', { is_static: 'false' })).toMatchObject({ status: 400, body: { attr: 'csv' } });
      expect(await create('p1', { is_static: 'maybe' })).toMatchObject({ status: 400, body: { attr: 'is_static' } });
    });
  });

  it('goes into no dynamic, deleted or foreign cohort, and needs a key', async () => {
    const json = { headers: { 'content-type': 'application/json' } };
    const make = async (body: object) =>
      (await send('POST', pathOf('cohorts/'), Buffer.from(JSON.stringify(body)), json))?.body['id'] as number;
    const dynamic = await make({ name: 'dynamic' });
    const deleted = await make({ name: 'deleted', is_static: true });
    await send('PATCH', pathOf(`cohorts/${deleted}/`), Buffer.from('{"deleted":true}'), json);
    const other = await createTestProject(stack.database);
    const onlyCsv = form(part('csv', 'p1', 'a'));
    await refused(async () => {
      for (const id of [dynamic, deleted]) {
        const answer = await send('PATCH', pathOf(`cohorts/${id}/`), onlyCsv);
        expect(answer).toMatchObject({ status: 400, body: { attr: 'csv' } });
      }
      expect(await send('PATCH', pathOf('cohorts/999999/'), onlyCsv)).toMatchObject({ status: 404 });
      const as = { key: other.apiKey };
      expect(await send('PATCH', pathOf(`cohorts/${dynamic}/`), onlyCsv, as)).toMatchObject({ status: 403 });
      const foreign = `/api/projects/${other.id}/cohorts/${dynamic}/`;
      expect(await send('PATCH', foreign, onlyCsv, as)).toMatchObject({ status: 404 });
      expect(await send('POST', pathOf('cohorts/'), onlyCsv, { headers: { authorization: '' } })).toMatchObject({
        status: 401,
      });
    });
  });

  it('leaves nothing when the connection is cut, and ends a client that sends a byte now and then', async () => {
    await refused(async () => {
      const body = formOf(Buffer.alloc(3 * MEGABYTE, 'user-1\n'));
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          send('POST', pathOf('cohorts/'), body, { cutAt: 200 + Math.floor((index * body.length) / 20) }),
        ),
      );
      const slow = await send('POST', pathOf('cohorts/'), formOf('p1').subarray(0, 300), { length: 100_000 });
      expect(slow).toMatchObject({ status: 408, body: { code: 'request_timeout' } });
    });
    expect((await fetch(`${stack.gatewayUrl}/livez`)).status).toBe(200);
  });

  it('may be called what it likes: __proto__ is a name like others', async () => {
    expect(await create('__proto__,email\nx,a@b.c')).toMatchObject({ status: 201 });
    expect(await create('p1', { __proto__: 'x', constructor: 'y' })).toMatchObject({ status: 201 });
  });
});
