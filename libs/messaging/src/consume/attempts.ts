/** What is remembered of the message that holds up its partition. */
export interface Attempts {
  readonly offset: string;
  readonly count: number;
  /** Tries that ended in an unknown error; only these count towards giving up. */
  readonly unknown: number;
  readonly firstTime: Date;
  /** It failed by itself, so it must not take others down with it again. */
  readonly isAlone: boolean;
}

/** Failed tries of the message at the head of each partition; a partition has at most one. */
export class AttemptLog {
  private readonly heads = new Map<string, Attempts>();

  of(partition: string, offset: string): Attempts | undefined {
    const head = this.heads.get(partition);
    return head?.offset === offset ? head : undefined;
  }

  failed(partition: string, offset: string, failure: { isUnknown: boolean; isAlone: boolean; time: Date }): Attempts {
    const before = this.of(partition, offset);
    const head: Attempts = {
      offset,
      count: (before?.count ?? 0) + 1,
      unknown: (before?.unknown ?? 0) + (failure.isUnknown ? 1 : 0),
      firstTime: before?.firstTime ?? failure.time,
      isAlone: failure.isAlone || before?.isAlone === true,
    };
    this.heads.set(partition, head);
    return head;
  }

  passed(partition: string): void {
    this.heads.delete(partition);
  }
}
