import type { FastifyInstance } from 'fastify';

interface Route {
  readonly pattern: RegExp;
  readonly parameters: number;
  readonly methods: Set<string>;
}

const tables = new WeakMap<FastifyInstance, RouteTable>();

/** Which methods each path answers, so that a wrong method is told from a wrong path. */
class RouteTable {
  private readonly routes = new Map<string, Route>();

  constructor(server: FastifyInstance) {
    server.addHook('onRoute', ({ url, method }) => {
      if (!url.includes('*')) {
        this.add(url, [method].flat());
      }
    });
  }

  /** Of several routes that match, those with the fewest parameters: `/cohorts/activity` is no cohort. */
  methodsOf(path: string): string[] {
    const matching = [...this.routes.values()].filter(({ pattern }) => pattern.test(path));
    const fewest = Math.min(...matching.map(({ parameters }) => parameters));
    const methods = matching.filter(({ parameters }) => parameters === fewest).flatMap((one) => [...one.methods]);
    return [...new Set(methods)].sort();
  }

  private add(url: string, methods: readonly string[]): void {
    const trimmed = url.replace(/\/$/, '');
    const route = this.routes.get(trimmed) ?? {
      pattern: patternOf(trimmed),
      parameters: trimmed.split('/:').length - 1,
      methods: new Set(),
    };
    this.routes.set(trimmed, route);
    methods.filter((method) => method !== 'HEAD').forEach((method) => route.methods.add(method));
  }
}

/** Must see the server before the first route is registered. */
export function recordRoutes(server: FastifyInstance): void {
  tables.set(server, new RouteTable(server));
}

/** The methods that `path` answers, sorted; empty when there is no such path. */
export function methodsOf(server: FastifyInstance, path: string): string[] {
  return tables.get(server)?.methodsOf(path) ?? [];
}

function patternOf(url: string): RegExp {
  const segments = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}/?$`);
}
