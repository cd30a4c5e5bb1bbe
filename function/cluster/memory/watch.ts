import type { Clock } from '../../clock.ts'
import type { Kind, Kinds, Selection, WatchEvent } from '../cluster.ts'
import { selects } from './selector.ts'
import type { Change, Store } from './store.ts'

interface WatchOptions<K extends Kind> {
  store: Store
  clock: Clock
  kind: K
  namespace: string
  selection: Selection
  version: number
  /** Milliseconds from a change that is not selected to the bookmark. */
  bookmarkDelay: number
  /** Aborts when the server closes the watch. */
  closed: AbortSignal
  signal: AbortSignal
}

/** The changes of one kind after a version, translated for a selection. */
export async function* watch<K extends Kind>(
  options: WatchOptions<K>,
): AsyncGenerator<WatchEvent<Kinds[K]>> {
  const { store, signal, closed } = options
  signal.throwIfAborted()
  const translate = translator(options)
  const pending: WatchEvent<Kinds[K]>[] = []
  let wake = (): void => undefined
  const stopBookmarks = bookmarks(options, (event) => {
    pending.push(event)
    wake()
  })
  const take = (change: Change): void => {
    const event = translate(change)
    if (!event) return
    pending.push(event)
    wake()
  }
  store.since(options.version).forEach(take)
  const stopListening = store.listen(take)
  const rouse = (): void => wake()
  signal.addEventListener('abort', rouse)
  closed.addEventListener('abort', rouse)
  try {
    while (true) {
      signal.throwIfAborted()
      const event = pending.shift()
      if (event) yield event
      else if (closed.aborted) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    stopListening()
    stopBookmarks()
    signal.removeEventListener('abort', rouse)
    closed.removeEventListener('abort', rouse)
  }
}

const translator = <K extends Kind>({
  kind,
  namespace,
  selection,
}: WatchOptions<K>): ((change: Change) => WatchEvent<Kinds[K]> | undefined) => {
  const selected = selects(kind, selection)
  return (change) => {
    if (change.kind !== kind) return undefined
    if (namespace && change.object.metadata?.namespace !== namespace)
      return undefined
    const object = change.object as Kinds[K]
    const previous = change.previous as Kinds[K] | undefined
    const before = previous !== undefined && selected(previous)
    const after = change.type !== 'DELETED' && selected(object)
    if (after) return event(before ? 'MODIFIED' : 'ADDED', object)
    return before ? event('DELETED', leaving(object, previous)) : undefined
  }
}

const event = <T>(
  type: 'ADDED' | 'MODIFIED' | 'DELETED',
  object: T,
): WatchEvent<T> => ({ type, object })

/** As it was when it was selected, with the version of its leaving. */
const leaving = <T extends Kinds[Kind]>(object: T, previous: T): T => ({
  ...previous,
  metadata: {
    ...previous.metadata,
    resourceVersion: object.metadata?.resourceVersion,
  },
})

/** One bookmark some time after other changes; none while nothing changes. */
const bookmarks = <K extends Kind>(
  { store, clock, bookmarkDelay }: WatchOptions<K>,
  send: (event: WatchEvent<Kinds[K]>) => void,
): (() => void) => {
  let cancel: (() => void) | undefined
  const stop = store.listen(() => {
    cancel ??= clock.after(bookmarkDelay, () => {
      cancel = undefined
      send({ type: 'BOOKMARK', resourceVersion: String(store.version) })
    })
  })
  return () => {
    stop()
    cancel?.()
  }
}
