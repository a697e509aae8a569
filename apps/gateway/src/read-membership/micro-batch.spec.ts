import { MicroBatch } from './micro-batch.js';

/** Statements that answer when they are told to. */
function rig(maxQuestions = 10) {
  const statements: { readonly questions: readonly number[]; answer(): void; fail(error: Error): void }[] = [];
  const batch = new MicroBatch<number, number>(maxQuestions, (questions) => {
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    statements.push({
      questions,
      answer: () => {
        resolve(questions.map((one) => one * 10));
      },
      fail: reject,
    });
    return promise;
  });
  const asked = () => statements.map(({ questions }) => questions);
  return { batch, statements, asked, tick: () => new Promise((resolve) => setImmediate(resolve)) };
}

describe('questions in one statement', () => {
  it('are those of one tick', async () => {
    const { batch, statements, asked, tick } = rig();
    const answers = Promise.all([batch.ask(1), batch.ask(2), batch.ask(3)]);
    await tick();
    expect(asked()).toEqual([[1, 2, 3]]);
    statements[0]!.answer();
    expect(await answers).toEqual([10, 20, 30]);
  });

  it('never are of a statement that has begun: it may have read before they were asked', async () => {
    const { batch, statements, asked, tick } = rig();
    const first = batch.ask(1);
    await tick();
    const later = Promise.all([batch.ask(2), batch.ask(3)]);
    statements[0]!.answer();
    expect(await first).toBe(10);
    await tick();
    expect(asked()).toEqual([[1], [2, 3]]);
    statements[1]!.answer();
    expect(await later).toEqual([20, 30]);
  });

  it('fail together, and the next ones are asked nevertheless', async () => {
    const { batch, statements, tick } = rig();
    const failing = Promise.allSettled([batch.ask(1), batch.ask(2)]);
    await tick();
    const next = batch.ask(3);
    statements[0]!.fail(new Error('the database is away'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await tick();
    statements[1]!.answer();
    expect(await next).toBe(30);
    const again = batch.ask(4);
    await tick();
    statements[2]!.answer();
    expect(await again).toBe(40);
  });

  it('are so many at most', async () => {
    const { batch, statements, asked, tick } = rig(2);
    const answers = Promise.all([1, 2, 3].map((one) => batch.ask(one)));
    await tick();
    statements[0]!.answer();
    await tick();
    expect(asked()).toEqual([[1, 2], [3]]);
    statements[1]!.answer();
    expect(await answers).toEqual([10, 20, 30]);
  });
});
