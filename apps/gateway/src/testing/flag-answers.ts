import { isObject } from '#contracts';

import type { Answer } from './gateway-fixture.js';
import type { TestGateway } from './use-gateway.js';

interface FlagAnswers {
  /** POSTs a body; an object gets the project's token unless it names one. */
  readonly ask: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** The values of version 2; nothing may have failed. */
  readonly values: (body: object) => Promise<Record<string, unknown>>;
}

/** Asks as SDKs ask. */
export function useFlagAnswers(test: TestGateway): FlagAnswers {
  const answers: FlagAnswers = {
    ask(path, body, headers) {
      const isNamed = !isObject(body) || Buffer.isBuffer(body) || 'token' in body || 'api_key' in body;
      const sent = isNamed ? body : { token: test.project.token, ...body };
      return test.send(path, { method: 'POST', body: sent, ...(headers === undefined ? {} : { headers }) });
    },
    async values(body) {
      const answer = await answers.ask('/flags/?v=2', body);
      expect([answer.status, answer.body]).toMatchObject([200, { errorsWhileComputingFlags: false }]);
      const flags = Object.values(answer.body['flags'] as Record<string, Value>);
      return Object.fromEntries(flags.map(({ key, variant, enabled }) => [key, variant ?? enabled]));
    },
  };
  return answers;
}

interface Value {
  readonly key: string;
  readonly enabled: boolean;
  readonly variant: string | null;
}
