import { type Config, defineConfig, setting } from '#config';

/** Lets a fault test kill a service at a named point. */
export const failPointConfig = defineConfig({
  failAt: setting.text('FAIL_AT', {
    doc: 'Point at which the process kills itself, `name` or `name:probability`; only with MUSTER_TEST=1.',
    default: '',
  }),
  testFeatures: setting.boolean('MUSTER_TEST', { doc: 'Allows what only tests may do.', default: false }),
});

let config: Config<typeof failPointConfig> | undefined;

/** Dies by SIGKILL here, as the kernel or a power cut would have it, when the environment names this point. */
export function failPoint(name: string): void {
  config ??= failPointConfig.read();
  if (config.testFeatures && isDue(name, config.failAt)) {
    process.kill(process.pid, 'SIGKILL');
  }
}

/** @param failAt `name` or `name:probability`, several separated by commas. */
export function isDue(name: string, failAt: string, random: () => number = Math.random): boolean {
  return failAt.split(',').some((point) => {
    const [wanted, probability = '1'] = point.trim().split(':');
    return wanted === name && random() < Number(probability);
  });
}
