import t from 'tap'
import { remembered } from '../../../../function/cluster/memory/remembered.ts'

t.test('what was given once is given again', (t) => {
  const asked: string[] = []
  const twice = remembered((text) => {
    asked.push(text)
    if (text === 'bad') throw new Error('bad')
    return text === '' ? undefined : { text: text + text }
  })
  t.equal(twice('a'), twice('a'))
  t.strictSame(twice('b'), { text: 'bb' })
  t.equal(twice(''), undefined)
  t.equal(twice(''), undefined)
  t.strictSame(asked, ['a', 'b', ''])
  t.throws(() => twice('bad'))
  t.throws(() => twice('bad'))
  t.strictSame(asked, ['a', 'b', '', 'bad', 'bad'], 'but for what it throws')
  t.end()
})

t.test('it holds neither long texts nor many', (t) => {
  let asked = 0
  const length = remembered((text) => {
    asked += 1
    return text.length
  })
  const long = 'x'.repeat(301)
  t.equal(length(long), length(long))
  t.equal(asked, 2)
  for (let at = 0; at < 2_500; at += 1) length(`${at}`)
  length('0')
  t.equal(asked, 2_503, 'the first of many are forgotten')
  length('2499')
  t.equal(asked, 2_503)
  t.end()
})
