import { tearDownServers } from './global-setup.js';

/** Jest's globalTeardown; runs when tests failed, too. */
export default async function tearDown(): Promise<void> {
  await tearDownServers();
}
