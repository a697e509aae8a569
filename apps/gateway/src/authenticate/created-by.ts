/** A join of whoever created a row, as CallerUser. @param table alias of a table with `created_by_id` */
export const joinCreator = (table: string) => `LEFT JOIN app_user u ON u.id = ${table}.created_by_id`;

/** The column of {@link joinCreator}. */
export const CREATED_BY = `
  CASE WHEN u.id IS NOT NULL THEN json_build_object('id', u.id, 'uuid', u.uuid, 'distinct_id', u.distinct_id,
    'first_name', u.first_name, 'last_name', u.last_name, 'email', u.email,
    'is_email_verified', u.is_email_verified) END AS created_by`;
