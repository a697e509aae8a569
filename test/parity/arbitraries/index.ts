export { instantArbitrary, leafArbitraries, type Question, questionArbitrary } from './questions.js';
export { type GeneratedWorld, worldArbitrary } from './worlds.js';
