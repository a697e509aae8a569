import { endOrphan, freePort } from '../embedded/index.js';
import type { Prepared } from '../prepare/prepared.js';
import { checkPort } from './check-port.js';
import { type Connection, removeConnectionFile, writeConnectionFile } from './connection-file.js';
import { DataDirectory } from './data-directory.js';
import { firstCurl } from './first-curl.js';
import { KeptAlive } from './keep-alive.js';
import { Printer } from './printer.js';
import { runStep } from './run-step.js';
import { type Servers, startServers } from './servers.js';
import type { StackConfig } from './stack.config.js';
import { startApp } from './start-app.js';

/** In the order in which the data passes them. */
const APPS = ['gateway', 'ingestion', 'calculator', 'csv-import', 'realtime'] as const;
type AppName = (typeof APPS)[number];

/** Together below the ten seconds that a stop may take. */
const APPS_GRACE_MS = 6_000;
const SERVERS_GRACE_MS = 2_000;
const NAME = 'muster';

/** Everything that `npm start` brings up, from the lock of the data directory to the last server. */
export class Stack {
  private readonly directory: DataDirectory;
  private readonly printer = new Printer(process.stdout);
  private readonly apps: KeptAlive[] = [];
  private readonly urls: Partial<Record<AppName, string>> = {};
  private servers: Servers | undefined;
  private prepared: Prepared | undefined;
  private announced = false;
  private readonly aborted = new AbortController();

  constructor(
    private readonly config: StackConfig,
    private readonly demo: boolean,
  ) {
    this.directory = new DataDirectory(config.dataDirectory);
  }

  /** Resolves when everything is ready and connection.json says so. @throws with a sentence for the user */
  async start(): Promise<void> {
    this.directory.lock();
    await this.directory.recover();
    await checkPort(this.config.port);
    this.servers = await startServers(this.config, this.directory, { say: this.say, onChange: this.writeConnection });
    this.prepared = await this.step<Prepared>('prepare', 'prepare/main.js');
    await Promise.all(APPS.map((name) => this.keepApp(name)));
    if (this.prepared.demo === 'wanted') {
      await this.step('demo', 'demo/main.js');
    }
    if (!this.aborted.signal.aborted) {
      this.announced = true;
      this.writeConnection();
      this.printer.raw(firstCurl(this.urls.gateway ?? '', this.prepared));
    }
  }

  /** Services first, then the servers they need. */
  async stop(): Promise<void> {
    this.aborted.abort();
    removeConnectionFile(this.directory.connectionFile);
    await Promise.allSettled(this.apps.map((app) => app.stop(APPS_GRACE_MS)));
    await this.endStarting();
    await Promise.allSettled((this.servers?.embedded ?? []).map((server) => server.stop(SERVERS_GRACE_MS)));
    await this.directory.endServers(SERVERS_GRACE_MS);
    this.directory.unlock();
    this.say('stopped');
  }

  readonly say = (line: string): void => {
    this.printer.say(NAME, line);
  };

  private async keepApp(name: AppName): Promise<void> {
    const port = name === 'gateway' ? this.config.port : 0;
    const start = async () => {
      const run = await startApp({
        name,
        env: { ...this.environment(), PORT: String(this.portOf(name) ?? (port === 0 ? await freePort() : port)) },
        pidFile: this.directory.pidFileOf(name),
        printer: this.printer,
      });
      this.urls[name] = run.url;
      return run;
    };
    const app = new KeptAlive({ name, start, say: this.say, onChange: this.writeConnection });
    this.apps.push(app);
    await app.start();
  }

  /** A service that comes back takes its old port: its clients know no other. */
  private portOf(name: AppName): string | undefined {
    const url = this.urls[name];
    return url === undefined ? undefined : new URL(url).port;
  }

  private step<T>(name: string, file: string): Promise<T> {
    return runStep<T>(name, file, { env: this.environment(), printer: this.printer, signal: this.aborted.signal });
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      DATABASE_URL: this.servers?.databaseUrl,
      KAFKA_BROKERS: this.servers?.brokers,
      MUSTER_DATA_DIR: this.directory.path,
      MUSTER_LOG: this.config.log,
      MUSTER_DEMO: String(this.demo),
    };
  }

  private readonly writeConnection = (): void => {
    if (this.announced && !this.aborted.signal.aborted && this.servers !== undefined && this.prepared !== undefined) {
      writeConnectionFile(this.directory.connectionFile, this.connectionOf(this.servers, this.prepared));
    }
  };

  private connectionOf(servers: Servers, prepared: Prepared): Connection {
    const kept = [...this.apps, ...servers.embedded];
    return {
      gateway_url: this.urls.gateway ?? '',
      project_id: prepared.project_id,
      project_token: prepared.project_token,
      personal_api_key: prepared.personal_api_key,
      kafka_brokers: servers.brokers,
      kafka_topic_prefix: this.config.kafkaTopicPrefix,
      database_url: servers.databaseUrl,
      pids: Object.fromEntries(kept.map(({ name, pid }) => [name, pid ?? 0])),
      urls: { ...this.urls },
    };
  }

  /** Services that were being started when the stop came. */
  private async endStarting(): Promise<void> {
    await Promise.all(APPS.map((name) => endOrphan(this.directory.pidFileOf(name), 'SIGTERM', SERVERS_GRACE_MS)));
  }
}
