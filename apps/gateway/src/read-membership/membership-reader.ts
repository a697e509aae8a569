import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { blockOf } from '#cohort-core';
import { Metrics } from '#observability';
import { classifyDatabaseError, Database } from '#persistence';

import type { GatewayConfig } from '../config.js';
import { GATEWAY_CONFIG } from '../config-token.js';
import { BlockCache } from './block-cache.js';
import { BlockMembers } from './block-members.js';
import {
  type Answered,
  type BlockQuestion,
  findPersons,
  type FoundPerson,
  type PersonQuestion,
  readChunksSince,
  readEpochs,
} from './membership.queries.js';
import { MicroBatch } from './micro-batch.js';

/** Which cohorts hold a person, ascending; an ordinal that nobody has is held by none. */
export type CohortsByOrdinal = ReadonlyMap<number, readonly number[]>;

/** A person, and which cohorts hold her, ascending. */
export interface PersonMembership {
  /** Null: nobody has the distinct id. */
  readonly ordinal: number | null;
  readonly cohortIds: readonly number[];
}

interface Collected {
  readonly cohorts: CohortsByOrdinal;
  /** Every block was answered for the very epoch at which its persons were found. */
  readonly isOfOneMoment: boolean;
}

const MAX_QUESTIONS = 5_000;
/** A block is up to date after one read of our own, or one more when somebody else's was joined. */
const MAX_READS = 5;

/** Ordinals of one block, and the epoch they have to be answered for at least. */
interface BlockOfPersons extends BlockQuestion {
  readonly epoch: number;
  /** They were found at this epoch or later. */
  readonly foundAt?: number;
  readonly ordinals: readonly number[];
}

/**
 * Which cohorts, static and dynamic, hold persons at this moment. Chunks are kept in memory; PostgreSQL is asked for one number a
 * block, the epoch that every commit to its chunks moves, and for those chunks only that moved. Chunks alone answer the question:
 * those of a deleted cohort are emptied by its deletion, and one without a version has none.
 */
@Injectable()
export class MembershipReader implements OnApplicationShutdown {
  private readonly epochs: MicroBatch<BlockQuestion, number>;
  private readonly persons: MicroBatch<PersonQuestion, FoundPerson>;
  private readonly cache: BlockCache;
  private readonly reads = new Map<string, Promise<void>>();
  private readonly fetched;
  /** Which PostgreSQL the blocks in memory are of. */
  private server = '';

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GATEWAY_CONFIG) config: Pick<GatewayConfig, 'membershipCacheMb'>,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.cache = new BlockCache(config.membershipCacheMb * 1024 * 1024);
    this.epochs = new MicroBatch(MAX_QUESTIONS, (asked) => this.trust(() => readEpochs(database.pool, asked)));
    this.persons = new MicroBatch(MAX_QUESTIONS, (asked) => this.trust(() => findPersons(database.pool, asked)));
    const help = 'Chunks of cohorts read into memory, because they were asked for the first time or had changed.';
    this.fetched = metrics.counter('muster_gateway_membership_chunks_read_total', help);
  }

  onApplicationShutdown(): void {
    this.cache.clear();
  }

  /**
   * What was committed before the call is in the answer.
   * @returns every given ordinal, with the ids of its cohorts
   * @throws when it cannot be read: the answer is never guessed
   */
  async cohortsOf(projectId: number, ordinals: readonly number[]): Promise<CohortsByOrdinal> {
    const blocks = [...Map.groupBy(new Set(ordinals), blockOf)];
    const asked = await Promise.all(
      blocks.map(async ([block, inBlock]) => {
        const epoch = await this.epochs.ask({ projectId, block });
        return { projectId, block, epoch, ordinals: inBlock };
      }),
    );
    return (await this.collect(asked)).cohorts;
  }

  /**
   * The same by distinct ids. Who has an id and which cohorts hold her are of one moment: else a person who is merged away in
   * between would be found in no cohort, though she was in some before and her survivor is after.
   */
  async cohortsOfDistinctIds(
    projectId: number,
    distinctIds: readonly string[],
  ): Promise<ReadonlyMap<string, PersonMembership>> {
    const ask = () => Promise.all(distinctIds.map((distinctId) => this.persons.ask({ projectId, distinctId })));
    let persons = await ask();
    for (let turns = 0; turns < MAX_READS; turns += 1) {
      const { cohorts, isOfOneMoment } = await this.collect(blocksOfPersons(projectId, persons));
      const now = isOfOneMoment ? persons : await ask();
      // Whoever has the id before and after had it all the time: an ordinal never comes back.
      if (isOfOneMoment || haveSameOrdinals(persons, now)) {
        return new Map(distinctIds.map((id, index) => [id, membershipOf(persons[index], cohorts)]));
      }
      persons = now;
    }
    throw new Error('persons are merged faster than their cohorts can be read');
  }

  private async collect(blocks: readonly BlockOfPersons[]): Promise<Collected> {
    const found = new Map<number, number[]>();
    let isOfOneMoment = true;
    // One after the other: a request about many blocks that are not in memory yet holds one connection, not all.
    for (const asked of blocks) {
      asked.ordinals.forEach((ordinal) => found.set(ordinal, []));
      const epoch = await this.collectBlock(asked, found);
      isOfOneMoment &&= epoch === asked.foundAt;
    }
    return { cohorts: found, isOfOneMoment };
  }

  /** @returns the epoch that the answer is of */
  private async collectBlock(asked: BlockOfPersons, found: ReadonlyMap<number, number[]>): Promise<number> {
    const key = keyOf(asked);
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const members = this.cache.get(key);
      if (members !== undefined && members.epoch >= asked.epoch) {
        // Nothing is awaited between look-up and use: a block moves on in place.
        members.collect(asked.ordinals, found);
        return members.epoch;
      }
      await this.read(asked);
    }
    throw new Error(`block ${key} does not reach epoch ${asked.epoch}`);
  }

  /** Only one reads a block at a time, the others wait for it. */
  private read(block: BlockQuestion): Promise<void> {
    const key = keyOf(block);
    const running = this.reads.get(key);
    if (running !== undefined) {
      return running;
    }
    const read = this.readInto(key, block).finally(() => this.reads.delete(key));
    this.reads.set(key, read);
    return read;
  }

  private async readInto(key: string, block: BlockQuestion): Promise<void> {
    const known = this.cache.get(key);
    const { pool } = this.database;
    const { epoch, chunks } = await this.trust(() => readChunksSince(pool, block, known?.epoch ?? -1));
    if (this.cache.get(key) !== known) {
      // It made room for another one meanwhile, or was of another server; what was read now is only the difference.
      return;
    }
    const members = known ?? new BlockMembers();
    members.advance(epoch, chunks);
    this.cache.put(key, members);
    this.fetched.inc(chunks.length);
  }

  /** Another server, or whoever answers after a connection was lost, may be a replica that took over and has lost commits: nothing known counts any more. */
  private async trust<T>(read: () => Promise<Answered<T>>): Promise<T> {
    try {
      const { server, answer } = await read();
      if (server !== this.server) {
        this.cache.clear();
        this.server = server;
      }
      return answer;
    } catch (error) {
      if (classifyDatabaseError(error) === 'transient') {
        this.cache.clear();
      }
      throw error;
    }
  }
}

function keyOf({ projectId, block }: BlockQuestion): string {
  return `${projectId}:${block}`;
}

function blocksOfPersons(projectId: number, persons: readonly FoundPerson[]): BlockOfPersons[] {
  const known = persons.flatMap(({ ordinal, epoch }) => (ordinal === null ? [] : [{ ordinal, epoch }]));
  return [...Map.groupBy(known, ({ ordinal }) => blockOf(ordinal))].map(([block, inBlock]) => ({
    projectId,
    block,
    epoch: Math.max(...inBlock.map(({ epoch }) => epoch)),
    foundAt: Math.min(...inBlock.map(({ epoch }) => epoch)),
    ordinals: [...new Set(inBlock.map(({ ordinal }) => ordinal))],
  }));
}

function haveSameOrdinals(before: readonly FoundPerson[], after: readonly FoundPerson[]): boolean {
  return before.every(({ ordinal }, index) => ordinal === after[index]?.ordinal);
}

function membershipOf(person: FoundPerson | undefined, cohorts: CohortsByOrdinal): PersonMembership {
  const ordinal = person?.ordinal ?? null;
  return { ordinal, cohortIds: ordinal === null ? [] : (cohorts.get(ordinal) ?? []) };
}
