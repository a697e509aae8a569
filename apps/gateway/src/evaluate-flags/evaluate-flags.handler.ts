import { Inject, Injectable } from '@nestjs/common';

import { decideFlag, type FlagDecision, type FlagDefinition } from '#cohort-core';
import { LOGGER, type Logger, Metrics } from '#observability';
import { Database } from '#persistence';

import type { PersonMembership } from '../read-membership/found-persons.js';
import { MembershipReader } from '../read-membership/membership-reader.js';
import { type ActiveFlag, type FlagSituation, FlagSituationRepository } from './flag-situation.repository.js';
import { matchGroups } from './match-groups.js';
import type { FlagsQuestion } from './read-flags-request.js';

/** A flag and its value. */
export interface DecidedFlag {
  readonly flag: ActiveFlag;
  readonly decision: FlagDecision;
}

/** The flags of one distinct id. */
export interface DecidedFlags {
  readonly flags: readonly DecidedFlag[];
  /** Some could not be decided and are absent. */
  readonly hasErrors: boolean;
}

type Decidable = ActiveFlag & { readonly definition: FlagDefinition };

/** What flags are decided from. */
interface Facts {
  readonly situation: FlagSituation;
  readonly wanted: readonly ActiveFlag[];
  /** Undefined when membership is needed and cannot be read. */
  readonly cohortIds: ReadonlySet<number> | undefined;
}

/** So often in a row a person is merged away while her flags are read; then what names cohorts is unknown. */
const MAX_TURNS = 3;

const NOTHING = { flags: [], hasErrors: false };

/** Decides the active flags of a project for one distinct id. What cannot be read makes a flag unknown, never off. */
@Injectable()
export class EvaluateFlagsHandler {
  private readonly evaluated;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(FlagSituationRepository) private readonly situations: FlagSituationRepository,
    @Inject(MembershipReader) private readonly membership: MembershipReader,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    const help = 'Flags asked for, by value: on, off, or failed because something could not be read.';
    this.evaluated = metrics.counter('muster_gateway_flags_evaluated_total', help, ['result']);
  }

  /** @throws when not even the flags can be read */
  async evaluate(projectId: number, question: FlagsQuestion): Promise<DecidedFlags> {
    if (question.onlyKeys?.size === 0) {
      return NOTHING;
    }
    const { situation, wanted, cohortIds } = await this.read(projectId, question);
    const decidable = wanted.filter(
      (flag): flag is Decidable => flag.definition !== undefined && (!flag.namesCohorts || cohortIds !== undefined),
    );
    const person = {
      projectId,
      ordinal: situation.ordinal,
      distinctId: question.distinctId,
      properties: [situation.properties, question.properties] as const,
      cohortIds: cohortIds ?? new Set<number>(),
    };
    const met = await matchGroups(
      this.database.pool,
      decidable.map(({ definition }) => definition),
      {
        person,
        moment: situation,
        tell: (error) => {
          this.tell(projectId, error);
        },
      },
    );
    const flags = decidable.flatMap((flag, index) => decide(flag, question.distinctId, met[index]));
    this.count(flags, wanted.length);
    return { flags, hasErrors: flags.length < wanted.length };
  }

  /** Facts and cohorts of one and the same person: one who is merged away between the two readings is in no list any more. */
  private async read(projectId: number, question: FlagsQuestion): Promise<Facts> {
    for (let turns = 1; ; turns += 1) {
      const situation = await this.situations.read(projectId, question.distinctId);
      const wanted = situation.flags.filter(({ key }) => question.onlyKeys?.has(key) !== false);
      const { ordinal } = situation;
      if (ordinal === null || !wanted.some(({ namesCohorts }) => namesCohorts)) {
        return { situation, wanted, cohortIds: new Set() };
      }
      const membership = await this.membershipOf(projectId, question.distinctId);
      if (membership === undefined || membership.ordinal === ordinal || turns === MAX_TURNS) {
        const isHers = membership?.ordinal === ordinal;
        return { situation, wanted, cohortIds: isHers ? new Set(membership.cohortIds) : undefined };
      }
    }
  }

  /** @returns undefined when it cannot be read */
  private async membershipOf(projectId: number, distinctId: string): Promise<PersonMembership | undefined> {
    try {
      return (await this.membership.cohortsOfDistinctIds(projectId, [distinctId])).get(distinctId);
    } catch (error) {
      this.tell(projectId, error);
      return undefined;
    }
  }

  private tell(projectId: number, error: unknown): void {
    this.logger.error({ err: error, projectId }, 'flags could not be computed');
  }

  private count(flags: readonly DecidedFlag[], wanted: number): void {
    const on = flags.filter(({ decision }) => decision.enabled).length;
    this.evaluated.inc({ result: 'on' }, on);
    this.evaluated.inc({ result: 'off' }, flags.length - on);
    this.evaluated.inc({ result: 'failed' }, wanted - flags.length);
  }
}

function decide(flag: Decidable, distinctId: string, met: readonly boolean[] | undefined): DecidedFlag[] {
  return met === undefined ? [] : [{ flag, decision: decideFlag(flag.definition, { key: flag.key, distinctId, met }) }];
}
