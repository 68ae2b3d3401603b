/** Begins all, awaits all, and gives what came of them in order. Only then the first failure is thrown. */
export async function allInOrder<T, R>(items: readonly T[], begin: (item: T) => R | Promise<R>): Promise<R[]> {
  // An async function: what is thrown at once must not leave the others without anybody who awaits them.
  const going = items.map(async (item) => begin(item));
  const settled = await Promise.allSettled(going);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((one) => (one as PromiseFulfilledResult<R>).value);
}
