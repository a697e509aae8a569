const WIDTH = 30;

/** One line that is drawn again; without a terminal a line whenever a tenth is done. */
export class ProgressBar {
  private last = -1;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly label: string,
  ) {}

  draw(percent: number, note = ''): void {
    const shown = Math.floor(percent);
    if (this.out.isTTY) {
      const filled = Math.round((percent / 100) * WIDTH);
      const bar = `${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}`;
      this.out.write(`\r${this.label} [${bar}] ${String(shown).padStart(3)} % ${note}${shown >= 100 ? '\n' : ''}`);
    } else if (Math.floor(shown / 10) > Math.floor(this.last / 10) || this.last < 0) {
      this.out.write(`${this.label} ${shown} % ${note}\n`);
    }
    this.last = shown;
  }
}
