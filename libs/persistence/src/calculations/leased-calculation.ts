/** A run that this process may work on until its lease ends. `attempt` is the fence: a later owner has a higher one. */
export interface LeasedCalculation {
  readonly id: string;
  readonly projectId: number;
  readonly cohortId: number;
  readonly version: number;
  readonly attempt: number;
  /** How many owners fell silent in the middle of it. */
  readonly deaths: number;
}

/** Where a run is; told in the API. */
export interface RunProgress {
  readonly phase: 'waiting' | 'reading' | 'evaluating' | 'publishing';
  /** Per cent. */
  readonly progress: number;
}
