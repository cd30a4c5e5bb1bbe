const UID =
  /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g
const POD =
  /(-\d+-\d+|job-watch-[0-9a-f]{16}-[0-9a-f]{8})-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g

/** Without versions, and without what is drawn. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (key, field: unknown) =>
    key === 'resourceVersion' || key.endsWith('/poked') ? undefined : field,
  )
    .replace(UID, 'uid')
    .replace(POD, '$1-pod')
