import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('project')
export class Project {
  @PrimaryGeneratedColumn({ type: 'int' })
  id!: number;

  @Column('text')
  name!: string;

  /** IANA name; fixed once the project has events. */
  @Column('text', { default: 'UTC' })
  timezone!: string;

  /** Public: sent by SDKs with every event. */
  @Column('text', { unique: true })
  token!: string;
}
