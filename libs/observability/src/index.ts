export { failPoint, failPointConfig } from './fail-point.js';
export { Health, type HealthReport } from './health/health.js';
export { createLogger, LOGGER, type Logger, type LoggerOptions, SILENT_LOGGER } from './logging/logger.js';
export { type MetricDefinition, METRICS } from './metrics/metric-catalogue.js';
export { Metrics } from './metrics/metrics.js';
export { ObservabilityModule } from './observability.module.js';
export { HandlerErrorFilter } from './service/handler-error.filter.js';
export { runService, type ServiceOptions } from './service/run-service.js';
