import { BEHAVIORS, METADATA_KEYS, METADATA_OPERATORS, OPERATORS } from '#cohort-core';

/** docs/reference/filters.md: the filter language, from the tables that the parser uses. test/architecture runs every example. */
export function filtersPage(): string {
  return [INTRODUCTION, operatorsTable(), PERSON_METADATA, BEHAVIORAL, ...behaviors(), COHORTS].join('\n\n');
}

const INTRODUCTION = `# Filters

\`{"properties": {"type": "AND" | "OR", "values": [...]}}\`, where each value is a group of the same form or a condition (a *leaf*); one list
holds either groups or leaves. Groups nest up to 10 levels, a cohort has up to 200 leaves. \`"negation": true\` on a leaf means everyone else.
What cannot be calculated is refused when it is saved: status 400, \`attr\` naming the field.

## Operators on properties

\`{"type": "person", "key": "plan", "operator": "exact", "value": "pro"}\`. The same operators apply to the properties of events
(\`event_filters\`). A JSON null is the same as a missing property. \`value: []\` is no condition. A relative date such as \`-7d\` is the
exact instant so long ago (units s, M minutes, h, d, w, m months, q 13 weeks, y). The key \`distinct_id\` asks the person's distinct ids.`;

function operatorsTable(): string {
  const rows = Object.entries(OPERATORS).map(([name, { meaning, missing, example }]) => {
    const value = 'value' in example ? json(example.value) : '';
    return `| \`${name}\` | ${meaning} | ${missing ? 'yes' : 'no'} | ${value} | ${json(example.matches)} | ${json(example.differs)} |`;
  });
  return [
    '| operator | matches when the property is | missing matches | example value | matches | does not |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Bars would end the cell. */
function json(value: unknown): string {
  return value === undefined ? '(missing)' : `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``;
}

const PERSON_METADATA = `## Columns of the person

\`{"type": "person_metadata", "key": "created_at", "operator": "is_date_after", "value": "-30d"}\`. Keys: ${METADATA_KEYS.join(', ')}.
Operators: ${METADATA_OPERATORS.map((name) => `\`${name}\``).join(', ')}; the value is a date.`;

const BEHAVIORAL = `## Behavior

\`{"type": "behavioral", "key": "buy", "event_type": "events", "value": "performed_event", "time_value": 30, "time_interval": "day"}\`. With
\`"event_type": "actions"\` the key is the id of an action. Intervals: minute, hour, day, week, month, year, on the calendar and clock of the
project's timezone. Instead of \`time_value\` and \`time_interval\`, \`explicit_datetime\` (and \`explicit_datetime_to\`) give a range.
\`event_filters\` (type \`event\`, or \`element\` with key text, tag_name or href) all hold on the same event. A window starts with its first day
(of the hour or minute, for those units) and ends with today; that of \`performed_event_multiple\` rolls with the instant.`;

function behaviors(): string[] {
  return Object.entries(BEHAVIORS).map(([name, { meaning, example }]) => {
    const { fields, matches, differs } = example;
    return `### ${name}

Member when: ${meaning}.

\`\`\`json
${JSON.stringify(fields)}
\`\`\`

Matches who did ${days(matches)}; not who did ${days(differs)}.`;
  });
}

function days(did: (typeof BEHAVIORS)[string]['example']['matches']): string {
  return did
    .map((one) => (typeof one === 'number' ? `\`buy\` ${one} days ago` : `\`${one[1]}\` ${one[0]} days ago`))
    .join(', ');
}

const COHORTS = `## Other cohorts

\`{"type": "cohort", "key": "id", "value": 12}\`: the members of another cohort of the project, as stored at its present version.
`;
