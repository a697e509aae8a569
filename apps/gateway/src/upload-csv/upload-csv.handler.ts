import type { Readable } from 'node:stream';

import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import type { JsonObject } from '#contracts';
import { Database } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { GatewayConfig } from '../config.js';
import { GATEWAY_CONFIG } from '../config-token.js';
import { CreateCohortHandler } from '../create-cohort/create-cohort.handler.js';
import { readNewCohort } from '../create-cohort/read-new-cohort.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import { UpdateCohortHandler } from '../update-cohort/update-cohort.handler.js';
import type { Adopt } from './adopt.js';
import { adoptUpload, refuseOtherCohorts, type StoredCsv } from './adopt-upload.js';
import { fileTooLarge } from './csv-refusals.js';
import { bodyOf, optionsOf } from './read-fields.js';
import { type Field, readForm } from './read-form.js';
import { receiveCsv } from './receive-csv.js';
import { UploadStore } from './upload-store.js';

/** Room for the fields, the boundaries and the headers of the parts. */
const FORM_BYTES = 2 * 1024 * 1024;

type Save = (body: JsonObject, adopt: Adopt | undefined) => Promise<CohortRow>;

interface Received {
  storing?: Promise<void>;
  store?: UploadStore;
  file?: Pick<StoredCsv, 'fileName' | 'layout'>;
}

/** Creates and edits cohorts by forms, a CSV file among their parts: from the socket into pieces, then one short transaction. */
@Injectable()
export class UploadCsvHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CreateCohortHandler) private readonly creator: CreateCohortHandler,
    @Inject(UpdateCohortHandler) private readonly updater: UpdateCohortHandler,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  async create(access: Access, request: FastifyRequest): Promise<CohortRow> {
    return this.receive(access, request, (body, adopt) => {
      const cohort = readNewCohort(body);
      if (adopt === undefined) {
        return this.creator.create(access, cohort);
      }
      refuseOtherCohorts({ isStatic: cohort.isStatic, deleted: false });
      // The file is what the cohort is made from; criteria beside it would never be looked at.
      return this.creator.create(access, { ...cohort, definition: undefined }, adopt);
    });
  }

  /** @throws ApiError 404 before anything is read */
  async update(access: Access, cohortId: number, request: FastifyRequest): Promise<CohortRow> {
    await findCohort(this.database.pool, access.projectId, cohortId);
    return this.receive(access, request, (body, adopt) => this.updater.update(access, cohortId, body, adopt));
  }

  private async receive(access: Access, request: FastifyRequest, save: Save): Promise<CohortRow> {
    const { csvMaxBytes: maxBytes, csvMaxRows: maxRows, csvStallMs: stallMs } = this.config;
    if (Number(request.headers['content-length'] ?? 0) > maxBytes + FORM_BYTES) {
      throw fileTooLarge(maxBytes);
    }
    const received: Received = {};
    const store = async (part: Readable, fileName: string): Promise<void> => {
      received.store = await UploadStore.begin(this.database.pool, access.projectId);
      const layout = await receiveCsv(part, received.store, { maxBytes, maxRows });
      received.file = { fileName, layout };
    };
    const onCsv = (part: Readable, fileName: string) => (received.storing = store(part, fileName));
    try {
      const fields = await readForm(request.raw, { onCsv, stallMs });
      const row = await save(bodyOf(fields), adoption(access, received, fields));
      received.store?.close();
      return row;
    } catch (error) {
      // A form may be refused while its upload is only being begun.
      await received.storing?.catch(() => undefined);
      await received.store?.discard();
      throw error;
    }
  }
}

/** What makes the file the cohort's, in the transaction that saves the cohort; undefined when the form brought none. */
function adoption(access: Access, { store, file }: Received, fields: readonly Field[]): Adopt | undefined {
  if (store === undefined || file === undefined) {
    return undefined;
  }
  const { id: uploadId, pieces, totalBytes } = store;
  const stored = { ...file, ...optionsOf(fields), uploadId, pieces, totalBytes };
  return (transaction, cohort) => adoptUpload(transaction, access, cohort, stored);
}
