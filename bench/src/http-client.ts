import { Agent, request } from 'node:http';

/** Keep-alive connections to one server; a cheap client, so that the server is what is measured. */
export class HttpClient {
  private readonly agent: Agent;
  private readonly host: string;
  private readonly port: string;

  constructor(
    url: string,
    private readonly apiKey: string,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    ({ hostname: this.host, port: this.port } = new URL(url));
  }

  /** @throws when the answer is not 2xx */
  get(path: string): Promise<string> {
    return this.send('GET', path, '');
  }

  /** @throws when the answer is not 2xx */
  post(path: string, body: string): Promise<string> {
    return this.send('POST', path, body);
  }

  private send(method: string, path: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const content = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const headers = { authorization: `Bearer ${this.apiKey}`, ...(method === 'GET' ? {} : content) };
      const sent = request({ agent: this.agent, host: this.host, port: this.port, method, path, headers }, (answer) => {
        const chunks: string[] = [];
        answer.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
        answer.on('end', () => {
          const isFine = answer.statusCode !== undefined && answer.statusCode < 300;
          if (isFine) {
            resolve(chunks.join(''));
          } else {
            reject(new Error(`${path}: ${answer.statusCode ?? 'no status'} ${chunks.join('')}`));
          }
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
