import { IsInt, Min } from 'class-validator';

import { Message } from './message.js';

/** A message about one cohort; its Kafka key is `project:cohort`, so that all news of a cohort arrive in order. */
export abstract class CohortMessage extends Message {
  @IsInt()
  @Min(1)
  project_id!: number;

  @IsInt()
  @Min(1)
  cohort_id!: number;
}
