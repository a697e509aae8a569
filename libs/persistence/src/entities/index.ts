import { AppUser } from './app-user.entity.js';
import { Cohort } from './cohort.entity.js';
import { PersonalApiKey } from './personal-api-key.entity.js';
import { Project } from './project.entity.js';

/** Listed, not globbed: a build that loses a file fails to compile. */
export const ENTITIES = [Project, AppUser, PersonalApiKey, Cohort];
