/** `limit_exceeded` is there from the first: a frozen cohort. */
export const SIZE_LIMIT = `
  -- That the cohort is near its limit has been told, and it was not below it since.
  ALTER TABLE cohort ADD COLUMN limit_approached boolean NOT NULL DEFAULT false;
`;
