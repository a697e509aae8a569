import type { Transaction } from './database.js';

type Ask = () => Promise<unknown>;
type Answers<Asks extends readonly Ask[]> = { -readonly [Place in keyof Asks]: Awaited<ReturnType<Asks[Place]>> };

/** SQLSTATE of what comes after a failed statement in the same transaction. */
const IN_FAILED_TRANSACTION = '25P02';

/**
 * Asks at once where the connection takes statements without waiting for the answers before them (`DatabaseOptions.pipelined`), else one
 * after the other. The server works in the order of the asks' first statements; what one of them sends later comes after those of all others.
 * @throws, when nothing is on its way any more, the error that the others followed from
 */
export async function together<const Asks extends readonly Ask[]>(
  client: Transaction,
  asks: Asks,
): Promise<Answers<Asks>> {
  const answers = client.pipeline ? await allAtOnce(asks) : await inTurn(asks);
  return answers as Answers<Asks>;
}

async function inTurn(asks: readonly Ask[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const ask of asks) {
    answers.push(await ask());
  }
  return answers;
}

async function allAtOnce(asks: readonly Ask[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(asks.map(async (ask) => ask()));
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (errors.length > 0) {
    throw errors.find((error) => !isConsequence(error)) ?? errors[0];
  }
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
}

function isConsequence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === IN_FAILED_TRANSACTION;
}
