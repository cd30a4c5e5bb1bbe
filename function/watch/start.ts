import { cachedBundle } from '../cached-bundle.ts'

// What the image starts as the job watch.
cachedBundle(__filename)
