/** `wanted` may be numeric text, as integers in filters are lax. */
export function countPasses(count: number, operator: string | undefined, wanted: number | string | undefined): boolean {
  const number = Number(wanted);
  switch (operator ?? 'exact') {
    case 'gte':
      return count >= number;
    case 'lte':
      return count <= number;
    case 'gt':
      return count > number;
    case 'lt':
      return count < number;
    default:
      return count === number;
  }
}
