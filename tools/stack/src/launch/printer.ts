import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const NAME_WIDTH = 11;
const COLOURS = [36, 33, 32, 35, 34, 31];

/** Prints whole lines with the name of who says them before each. */
export class Printer {
  private readonly names: string[] = [];

  constructor(private readonly output: NodeJS.WriteStream) {
    // Whoever read our output may be gone (`npm start | head`); the stack runs on.
    output.on('error', () => undefined);
  }

  say(name: string, line: string): void {
    this.output.write(`${this.prefix(name)} ${line}\n`);
  }

  /** Text as it is, for what people copy. */
  raw(text: string): void {
    this.output.write(`${text}\n`);
  }

  /** Prints what a child process writes. */
  follow(name: string, child: ChildProcess): void {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) {
        createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
          this.say(name, line);
        });
      }
    }
  }

  private prefix(name: string): string {
    const text = `${name.padEnd(NAME_WIDTH)}|`;
    return this.output.isTTY ? `\u001b[${this.colourOf(name)}m${text}\u001b[0m` : text;
  }

  private colourOf(name: string): number {
    if (!this.names.includes(name)) {
      this.names.push(name);
    }
    return COLOURS[this.names.indexOf(name) % COLOURS.length] ?? 0;
  }
}
