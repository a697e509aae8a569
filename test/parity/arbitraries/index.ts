export { instantAt, JITTERS, type When } from './places.js';
export { filtersArbitrary, instantArbitrary, leafArbitraries, type Question, questionArbitrary } from './questions.js';
export { whenArbitrary } from './whens.js';
export { type GeneratedWorld, ID_FORMS, propertiesArbitrary, worldArbitrary } from './worlds.js';
