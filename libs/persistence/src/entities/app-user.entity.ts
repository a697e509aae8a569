import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A person who works with Muster: owner of keys, `created_by` of what they make. Not a person of a project. */
@Entity('app_user')
export class AppUser {
  @PrimaryGeneratedColumn({ type: 'int' })
  id!: number;

  @Column('uuid', { unique: true })
  uuid!: string;

  @Column('text', { unique: true })
  distinct_id!: string;

  @Column('text', { default: '' })
  first_name!: string;

  @Column('text', { default: '' })
  last_name!: string;

  @Column('text', { unique: true })
  email!: string;

  @Column('boolean', { default: true })
  is_email_verified!: boolean;
}
