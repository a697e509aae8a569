import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

import { AppUser } from './app-user.entity.js';

@Entity('personal_api_key')
export class PersonalApiKey {
  @PrimaryColumn('uuid')
  id!: string;

  @ManyToOne(() => AppUser)
  @JoinColumn({ name: 'user_id' })
  user!: AppUser;

  @Column('text')
  label!: string;

  /** SHA-256 of the key, hex; the key itself is shown once and kept nowhere. */
  @Column('text', { unique: true })
  hash!: string;

  /** Enough of the key to recognise it: `phx_...ab12`. */
  @Column('text')
  mask!: string;

  @Column('text', { array: true })
  scopes!: string[];

  /** The projects it may enter; null means all. */
  @Column('int', { array: true, nullable: true })
  project_ids!: number[] | null;

  @Column('timestamptz', { nullable: true })
  last_used_at!: Date | null;
}
