/** What a personal API key may be allowed to do, as far as this API asks for it. */
export type Scope =
  | 'cohort:read'
  | 'cohort:write'
  | 'person:read'
  | 'person:write'
  | 'action:read'
  | 'action:write'
  | 'activity_log:read'
  | 'feature_flag:read'
  | 'feature_flag:write';

/** The first required scope that is not granted: `x:write` grants `x:read`, `*` grants everything. */
export function missingScope(granted: readonly string[], required: readonly Scope[]): Scope | undefined {
  return required.find((scope) => !isGranted(granted, scope));
}

function isGranted(granted: readonly string[], scope: Scope): boolean {
  return granted.includes('*') || granted.includes(scope) || granted.includes(scope.replace(/:read$/, ':write'));
}
