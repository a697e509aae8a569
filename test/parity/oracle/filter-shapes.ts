/** The filter tree as section 8 of spec/api.md writes it; the oracle trusts that it could be saved. */
export interface GroupFilter {
  type: 'AND' | 'OR';
  values: (GroupFilter | LeafFilter)[];
}

export interface PropertyFilter {
  type?: string;
  key: string;
  value?: unknown;
  operator?: string;
}

export interface BehaviorFilter {
  type: 'behavioral';
  key: string | number;
  value: string;
  event_type: string;
  time_value?: number | string;
  time_interval?: string;
  explicit_datetime?: string;
  explicit_datetime_to?: string;
  operator?: string;
  operator_value?: number | string;
  seq_event?: string | number;
  seq_event_type?: string;
  seq_time_value?: number | string;
  seq_time_interval?: string;
  min_periods?: number | string;
  total_periods?: number | string;
  event_filters?: PropertyFilter[];
  negation?: boolean;
}

export type LeafFilter =
  | (PropertyFilter & { type: 'person' | 'person_metadata'; negation?: boolean })
  | BehaviorFilter
  | { type: 'cohort'; key: 'id'; value: number | string; negation?: boolean };
