/** Thrown at boot when the environment is wrong. The message names the variable, what it holds and what would be accepted. */
export class ConfigError extends Error {
  constructor(
    readonly variable: string,
    problem: string,
  ) {
    super(`${variable}: ${problem}`);
    this.name = 'ConfigError';
  }
}
