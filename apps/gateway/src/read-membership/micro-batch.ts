interface Waiting<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers questions into one statement: those of one tick, and those that come while a statement is under way. A statement starts
 * after all of its questions were asked, so whoever has just written reads what she wrote.
 */
export class MicroBatch<Q, A> {
  private waiting: Waiting<Q, A>[] = [];
  private running = false;

  /** @param answerAll one answer a question, in order */
  constructor(
    private readonly maxQuestions: number,
    private readonly answerAll: (questions: readonly Q[]) => Promise<readonly A[]>,
  ) {}

  ask(question: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, resolve, reject });
      if (!this.running) {
        this.running = true;
        setImmediate(() => void this.run());
      }
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.answer(this.waiting.splice(0, this.maxQuestions));
    }
    this.running = false;
  }

  private async answer(batch: readonly Waiting<Q, A>[]): Promise<void> {
    try {
      const answers = await this.answerAll(batch.map(({ question }) => question));
      if (answers.length !== batch.length) {
        throw new Error(`${answers.length} answers to ${batch.length} questions`);
      }
      batch.forEach(({ resolve }, index) => {
        resolve(answers[index] as A);
      });
    } catch (error) {
      batch.forEach(({ reject }) => {
        reject(error);
      });
    }
  }
}
