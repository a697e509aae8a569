import { notFound } from './api-error.js';

const MAX_INT4 = 2_147_483_647;

/** An id of the path. What is no positive int4 cannot exist. @throws ApiError 404 */
export function readId(text: string | undefined): number {
  if (text === undefined || !/^\d{1,10}$/.test(text)) {
    throw notFound();
  }
  const id = Number(text);
  if (id < 1 || id > MAX_INT4) {
    throw notFound();
  }
  return id;
}
