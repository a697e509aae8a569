import { consumeAs } from '#messaging';
import { runService } from '#observability';
import { classifyForMessages } from '#persistence';

import { CalculatorModule } from './calculator.module.js';
import { calculatorConfig } from './config.js';

const config = calculatorConfig.read();

await runService({
  app: 'calculator',
  module: CalculatorModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: consumeAs('calculator', {
    classify: classifyForMessages,
    sessionTimeoutMs: config.kafkaSessionTimeoutMs,
  }),
});
