import { startService } from './start-service.js';
import { useStack } from './use-stack.js';

describe('a service started by a test', () => {
  const stack = useStack(['gateway']);

  it('answers as its own process on a port of its own', async () => {
    expect((await fetch(`${stack.gatewayUrl}/livez`)).status).toBe(200);
    expect(stack.services.gateway.pid).not.toBe(process.pid);
  });

  it('may have a replica', async () => {
    const replica = await startService('gateway', stack.env);
    expect(replica.url).not.toBe(stack.gatewayUrl);
    replica.kill('SIGKILL');
    expect(await replica.exited).toBeNull();
  });

  it('shows its log when it does not start', async () => {
    const start = startService('gateway', { ...stack.env, DATABASE_POOL_SIZE: 'many' });
    await expect(start).rejects.toThrow(/ended with code [1-9]\d* before it was ready[^]*DATABASE_POOL_SIZE/);
  });

  it('stops when it is asked to', async () => {
    const replica = await startService('gateway', stack.env);
    replica.kill();
    expect(await replica.exited).toBe(0);
  });
});
