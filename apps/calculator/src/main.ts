import { runService } from '#observability';

import { CalculatorModule } from './calculator.module.js';
import { calculatorConfig } from './config.js';
import { createStrategy } from './strategy.js';

const config = calculatorConfig.read();

await runService({
  app: 'calculator',
  module: CalculatorModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: createStrategy(config.kafkaSessionTimeoutMs),
});
