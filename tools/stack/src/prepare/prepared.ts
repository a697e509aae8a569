/** What the preparing step hands to the launcher. */
export interface Prepared {
  readonly project_id: number;
  readonly project_token: string;
  readonly personal_api_key: string;
  /** Whether demo data must be sent, and the day it ends at. */
  readonly demo: 'wanted' | 'there' | 'left out';
  readonly demo_until: string;
  /** The id the next cohort of this database will get, unless somebody is quicker. */
  readonly next_cohort_id: number;
}
