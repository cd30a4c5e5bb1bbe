/** Whether a list has a name: a `*` at the end of an entry stands for any rest. */
export const isListed = (names: readonly string[], name: string): boolean =>
  names.some((each) =>
    each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each,
  )
