import type { World } from './world.js';

/** `at` is the evaluation's now, in milliseconds since 1970. */
export interface Context {
  world: World;
  timezone: string;
  at: number;
}
