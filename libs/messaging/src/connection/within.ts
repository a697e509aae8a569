/** Gives up waiting, with an error from `tooLate`, when `work` takes longer. The work itself cannot be called back. */
export async function within<T>(timeoutMs: number, work: Promise<T>, tooLate: () => Error): Promise<T> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(tooLate());
  }, timeoutMs);
  try {
    return await Promise.race([work, never]);
  } finally {
    clearTimeout(timer);
  }
}
