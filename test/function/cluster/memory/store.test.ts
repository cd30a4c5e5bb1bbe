import t from 'tap'
import { Store } from '../../../../function/cluster/memory/store.ts'

const pod = () => ({ metadata: { namespace: 'jobs', name: 'a' } })

t.test('immutable: nobody changes what is stored', async (t) => {
  const stored = new Store().put('Pod', pod())
  t.throws(() => (stored.metadata!.name = 'b'), TypeError)
  t.throws(() => (stored.status = {}), TypeError)
})

t.test('immutable: nothing is stored that is not on the wire', async (t) => {
  const status = { containerStatuses: [{ message: undefined }] } as never
  t.throws(
    () => new Store().put('Pod', { ...pod(), status }),
    /message is undefined/,
  )
})

t.test('mutable, where nobody does that', async (t) => {
  const store = new Store({ immutable: false })
  const stored = store.put('Pod', pod())
  t.equal(store.find('Pod', 'jobs', 'a'), stored)
  t.notOk(Object.isFrozen(stored))
})
