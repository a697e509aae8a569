import { runService } from '#observability';

import { gatewayConfig } from './config.js';
import { GatewayModule } from './gateway.module.js';
import { configureHttp, serverOptions } from './http/configure-http.js';
import { serveOpenApi } from './openapi/serve-openapi.js';

const config = gatewayConfig.read();

await runService({
  app: 'gateway',
  form: config.log,
  level: config.logLevel,
  port: config.port,
  http: serverOptions,
  module: GatewayModule.register(config),
  configure: (app) => {
    configureHttp(app);
    serveOpenApi(app);
  },
});
