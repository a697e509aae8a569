const POLL_MS = 25;
/** A cap for what never comes, not a measure: two test files and their services may share two cores. */
const WITHIN_MS = 30_000;

/**
 * Repeats `probe` until it neither throws nor rejects, and gives its result: tests wait for states, never for time.
 * @throws what the probe threw last, when `withinMs` (default 30,000) have passed
 */
export async function eventually<T>(probe: () => T | Promise<T>, options: { withinMs?: number } = {}): Promise<T> {
  const deadline = performance.now() + (options.withinMs ?? WITHIN_MS);
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > deadline) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
