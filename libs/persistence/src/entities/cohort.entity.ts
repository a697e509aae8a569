import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A cohort as stored. Members lie in `cohort_chunk` under `version`; runs in `calculation`. */
@Entity('cohort')
export class Cohort {
  @PrimaryGeneratedColumn({ type: 'int' })
  id!: number;

  @Column('int')
  project_id!: number;

  @Column('text')
  name!: string;

  @Column('text', { default: '' })
  description!: string;

  /** As the client sent it, normalised; null for a cohort without criteria. */
  @Column('jsonb', { nullable: true })
  filters!: object | null;

  @Column('jsonb', { default: [] })
  groups!: object[];

  @Column('jsonb', { nullable: true })
  query!: object | null;

  @Column('boolean', { default: false })
  is_static!: boolean;

  @Column('text', { nullable: true })
  cohort_type!: string | null;

  @Column('jsonb', { nullable: true })
  condition_type!: object | null;

  /** Counts the edits of the filters; a run for an older number gives up. */
  @Column('int', { default: 1 })
  definition_number!: number;

  /** The version readers see; null before the first calculation. */
  @Column('int', { nullable: true })
  version!: number | null;

  /** The newest version asked for. */
  @Column('int', { nullable: true })
  pending_version!: number | null;

  @Column('boolean', { default: false })
  is_calculating!: boolean;

  /** Members of `version`; changes in the same commit as they do. */
  @Column('int', { default: 0 })
  count!: number;

  @Column('timestamptz', { nullable: true })
  last_calculation!: Date | null;

  /** What `version` was calculated from, and is kept live by. */
  @Column('jsonb', { nullable: true })
  live_filters!: Record<string, unknown> | null;

  @Column('text', { nullable: true })
  live_error!: string | null;

  @Column('timestamptz', { nullable: true })
  live_failed_at!: Date | null;

  @Column('int', { default: 0 })
  errors_calculating!: number;

  @Column('timestamptz', { nullable: true })
  last_error_at!: Date | null;

  @Column('text', { nullable: true })
  last_error_message!: string | null;

  @Column('int', { nullable: true })
  last_import_total_count!: number | null;

  @Column('int', { nullable: true })
  last_import_unmatched_count!: number | null;

  @Column('boolean', { default: false })
  limit_exceeded!: boolean;

  @Column('boolean', { default: false })
  limit_approached!: boolean;

  @Column('boolean', { default: false })
  deleted!: boolean;

  @Column('int', { nullable: true })
  created_by_id!: number | null;

  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
}
