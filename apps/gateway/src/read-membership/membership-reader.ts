import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';

import { blockOf } from '#cohort-core';
import { Metrics } from '#observability';
import { classifyDatabaseError, Database } from '#persistence';

import type { GatewayConfig } from '../config.js';
import { GATEWAY_CONFIG } from '../config-token.js';
import { BlockCache } from './block-cache.js';
import { BlockMembers } from './block-members.js';
import {
  areSame,
  type BlockOfPersons,
  blocksOfPersons,
  type CohortsByOrdinal,
  type From,
  membershipOf,
  type PersonMembership,
} from './found-persons.js';
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

interface Collected {
  readonly cohorts: CohortsByOrdinal;
  /** Every block was answered for the very epoch at which its persons were found. */
  readonly isOfOneMoment: boolean;
}

const MAX_QUESTIONS = 5_000;
/** A block is up to date after one read of our own, or one more when somebody else's was joined. */
const MAX_READS = 5;

/**
 * Which cohorts, static and dynamic, hold persons at this moment. Chunks are kept in memory; PostgreSQL is asked for one number a
 * block, the epoch that every commit to its chunks moves, and for those chunks only that moved. Chunks alone answer the question:
 * those of a deleted cohort are emptied by its deletion, and one without a version has none.
 */
@Injectable()
export class MembershipReader implements OnApplicationShutdown {
  private readonly epochs: MicroBatch<BlockQuestion, From<Pick<FoundPerson, 'epoch'>>>;
  private readonly persons: MicroBatch<PersonQuestion, From<FoundPerson>>;
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
    this.epochs = this.inBatches(readEpochs);
    this.persons = this.inBatches(findPersons);
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
    for (let turns = 0; turns < MAX_READS; turns += 1) {
      const asked = await Promise.all(
        blocks.map(async ([block, inBlock]) => {
          const said = await this.epochs.ask({ projectId, block });
          return { projectId, block, ...said, ordinals: inBlock };
        }),
      );
      const collected = await this.collect(asked);
      if (collected !== undefined) {
        return collected.cohorts;
      }
    }
    throw new Error('servers take turns in answering');
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
      const collected = await this.collect(blocksOfPersons(projectId, persons));
      const now = collected?.isOfOneMoment === true ? persons : await ask();
      // Whoever has the id before and after had it all the time: an ordinal never comes back.
      if (collected !== undefined && areSame(persons, now)) {
        return new Map(distinctIds.map((id, index) => [id, membershipOf(persons[index], collected.cohorts)]));
      }
      persons = now;
    }
    throw new Error('persons are merged, or servers change, faster than their cohorts can be read');
  }

  /** @returns undefined when another server answers by now: what was asked before has to be asked again */
  private async collect(blocks: readonly BlockOfPersons[]): Promise<Collected | undefined> {
    const found = new Map<number, number[]>();
    let isOfOneMoment = true;
    // One after the other: a request about many blocks that are not in memory yet holds one connection, not all.
    for (const asked of blocks) {
      asked.ordinals.forEach((ordinal) => found.set(ordinal, []));
      const epoch = await this.collectBlock(asked, found);
      if (epoch === undefined) {
        return undefined;
      }
      isOfOneMoment &&= epoch === asked.foundAt;
    }
    return { cohorts: found, isOfOneMoment };
  }

  /** @returns the epoch that the answer is of; undefined when another server answers by now */
  private async collectBlock(asked: BlockOfPersons, found: ReadonlyMap<number, number[]>): Promise<number | undefined> {
    const key = keyOf(asked);
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      if (asked.server !== this.server) {
        return undefined;
      }
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
    const read = await this.trust(() => readChunksSince(pool, block, known?.epoch ?? -1));
    const { epoch, chunks } = read.answer;
    if (this.cache.get(key) !== known) {
      // It made room for another one meanwhile, or was of another server; what was read now is only the difference.
      return;
    }
    const members = known ?? new BlockMembers();
    members.advance(epoch, chunks);
    this.cache.put(key, members);
    this.fetched.inc(chunks.length);
  }

  /** Each answer says which server gave it. */
  private inBatches<Q, A extends object>(
    read: (pool: Pool, asked: readonly Q[]) => Promise<Answered<readonly A[]>>,
  ): MicroBatch<Q, From<A>> {
    return new MicroBatch(MAX_QUESTIONS, async (asked) => {
      const { server, answer } = await this.trust(() => read(this.database.pool, asked));
      return answer.map((one) => ({ ...one, server }));
    });
  }

  /** Another server, or whoever answers after a connection was lost, may be a replica that took over and has lost commits: nothing known counts any more. */
  private async trust<T>(read: () => Promise<Answered<T>>): Promise<Answered<T>> {
    try {
      const answered = await read();
      if (answered.server !== this.server) {
        this.cache.clear();
        this.server = answered.server;
      }
      return answered;
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
