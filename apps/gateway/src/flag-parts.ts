import type { Provider, Type } from '@nestjs/common';

import { CreateFlagController } from './create-flag/create-flag.controller.js';
import { CreateFlagHandler } from './create-flag/create-flag.handler.js';
import { EvaluateFlagsController } from './evaluate-flags/evaluate-flags.controller.js';
import { EvaluateFlagsHandler } from './evaluate-flags/evaluate-flags.handler.js';
import { FlagSituationRepository } from './evaluate-flags/flag-situation.repository.js';
import { GetFlagController } from './get-flag/get-flag.controller.js';
import { ListFlagsController } from './list-flags/list-flags.controller.js';
import { UpdateFlagController } from './update-flag/update-flag.controller.js';
import { UpdateFlagHandler } from './update-flag/update-flag.handler.js';

/** What the gateway needs for feature flags. */
export const FLAG_CONTROLLERS: Type[] = [
  CreateFlagController,
  ListFlagsController,
  GetFlagController,
  UpdateFlagController,
  EvaluateFlagsController,
];

export const FLAG_PROVIDERS: Provider[] = [
  CreateFlagHandler,
  UpdateFlagHandler,
  FlagSituationRepository,
  EvaluateFlagsHandler,
];
