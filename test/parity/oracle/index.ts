export { oracleMembers } from './oracle-members.js';
export type { OracleAction, OracleEvent, OraclePerson, World } from './world.js';
