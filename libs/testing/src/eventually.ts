const POLL_MS = 25;
const WITHIN_MS = 15_000;

/**
 * Repeats `probe` until it neither throws nor rejects, and gives its result: tests wait for states, never for time.
 * @throws what the probe threw last, when `withinMs` (default 15,000) have passed
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
