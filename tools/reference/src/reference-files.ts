import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { METRICS } from '#observability';
import { OUTBOX_METRICS } from '#outbox';

import { CALCULATOR_METRICS } from '../../../apps/calculator/src/calculator-metrics.js';
import { calculatorConfig } from '../../../apps/calculator/src/config.js';
import { csvImportConfig } from '../../../apps/csv-import/src/config.js';
import { CSV_IMPORT_METRICS } from '../../../apps/csv-import/src/csv-import-metrics.js';
import { gatewayConfig } from '../../../apps/gateway/src/config.js';
import { ingestionConfig } from '../../../apps/ingestion/src/config.js';
import { INGESTION_METRICS } from '../../../apps/ingestion/src/ingestion-metrics.js';
import { realtimeConfig } from '../../../apps/realtime/src/config.js';
import { REALTIME_METRICS } from '../../../apps/realtime/src/realtime-metrics.js';
import { asyncApiDocument } from './asyncapi/asyncapi-document.js';
import { readClassDocs } from './asyncapi/class-docs.js';
import { configurationPage } from './configuration-page.js';
import { filtersPage } from './filters-page.js';
import { metricsPage } from './metrics-page.js';

const FOLDER = 'docs/reference';

/** What docs/reference holds, by path from the root of the repository, formatted as `npm run check` wants it. */
export async function referenceFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const docs = readClassDocs(join(root, 'libs/contracts/src/messages'));
  const apps = {
    gateway: gatewayConfig,
    ingestion: ingestionConfig,
    calculator: calculatorConfig,
    'csv-import': csvImportConfig,
    realtime: realtimeConfig,
  };
  const metrics = {
    'Kafka, in every service': Object.values(METRICS),
    'Outbox, in every service': Object.values(OUTBOX_METRICS),
    ingestion: Object.values(INGESTION_METRICS),
    calculator: Object.values(CALCULATOR_METRICS),
    'csv-import': Object.values(CSV_IMPORT_METRICS),
    realtime: Object.values(REALTIME_METRICS),
  };
  const raw = {
    [`${FOLDER}/asyncapi.json`]: JSON.stringify(asyncApiDocument(docs)),
    [`${FOLDER}/configuration.md`]: configurationPage(apps),
    [`${FOLDER}/filters.md`]: filtersPage(),
    [`${FOLDER}/metrics.md`]: metricsPage(metrics),
  };
  const files = Object.entries(raw).map(async ([path, text]): Promise<[string, string]> => {
    const filepath = join(root, path);
    return [path, await format(text, { ...(await resolveConfig(filepath)), filepath })];
  });
  return new Map(await Promise.all(files));
}
