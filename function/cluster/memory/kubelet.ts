import { sleep } from '../../clock.ts'
import type { Pod } from '../cluster.ts'
import { isClusterError } from '../cluster.ts'
import { CannotStart } from '../runner.ts'
import type { Container, ContainerEnd, ContainerRunner } from '../runner.ts'
import type { ApiServer } from './api-server.ts'
import { ContainerLog } from './container-log.ts'
import { expand, resolveEnv } from './environment.ts'
import type { Sources } from './environment.ts'
import * as status from './pod-status.ts'
import type { Change } from './store.ts'

export type Secrets = (
  namespace: string,
  name: string,
) => Record<string, string> | undefined

export interface KubeletOptions {
  api: ApiServer
  runner: ContainerRunner
  secrets: Secrets
  /** Milliseconds from a pod's creation to its place on a node. */
  scheduleDelay: number
  /** From there to its first container, and from one to the next. */
  startDelay: number
  /** From a container's end in the status to the pod's phase. */
  phaseDelay: number
}

interface Sandbox {
  pod: Pod
  abort: AbortController
  logs: Map<string, ContainerLog>
  /** Everything of it has ended. */
  ended: boolean
  /** Takes back the end of the grace period. */
  cancelKill: () => void
}

/** Gives pods a node, runs their containers and writes their status. */
export class Kubelet {
  readonly #options: KubeletOptions
  readonly #sandboxes = new Map<string, Sandbox>()

  constructor(options: KubeletOptions) {
    this.#options = options
    options.api.store.listen((change) => this.#observe(change))
  }

  /** `undefined` when there is no such container, or nothing of it yet. */
  log(uid: string, container: string): ContainerLog | undefined {
    return this.#sandboxes.get(uid)?.logs.get(container)
  }

  #observe({ type, kind, object }: Change): void {
    if (kind !== 'Pod') return
    const pod = object as Pod
    const uid = pod.metadata?.uid ?? ''
    const sandbox = this.#sandboxes.get(uid)
    if (type === 'ADDED') this.#adopt(pod)
    else if (type === 'DELETED' && sandbox) this.#remove(uid, sandbox)
    else if (pod.metadata?.deletionTimestamp && sandbox)
      this.#terminate(pod, sandbox)
  }

  #remove(uid: string, sandbox: Sandbox): void {
    sandbox.abort.abort()
    sandbox.cancelKill()
    this.#sandboxes.delete(uid)
    this.#options.runner.removed?.(sandbox.pod)
  }

  #adopt(pod: Pod): void {
    const { api, scheduleDelay } = this.#options
    const sandbox: Sandbox = {
      pod,
      abort: new AbortController(),
      logs: new Map(),
      ended: false,
      cancelKill: () => undefined,
    }
    this.#sandboxes.set(pod.metadata?.uid ?? '', sandbox)
    api.clock.after(scheduleDelay, () => {
      if (sandbox.abort.signal.aborted) return
      const bound = this.#write(sandbox, (changed) => {
        changed.spec!.nodeName = 'local'
        changed.status = status.initialStatus(changed, api.now())
      })
      if (bound) void this.#run(sandbox)
    })
  }

  /** Changes the pod if it is still the same one; `undefined` if not. */
  #write(sandbox: Sandbox, change: (pod: Pod) => void): Pod | undefined {
    const { namespace = '', name = '', uid } = sandbox.pod.metadata ?? {}
    const { api } = this.#options
    const pod = api.store.find('Pod', namespace, name)
    if (!pod || pod.metadata?.uid !== uid) return undefined
    return api.modify('Pod', pod, change)
  }

  async #run(sandbox: Sandbox): Promise<void> {
    try {
      await this.#wait(this.#options.startDelay, sandbox)
      const succeeded =
        (await this.#runInits(sandbox)) && (await this.#runMains(sandbox))
      sandbox.ended = true
      if (sandbox.abort.signal.aborted) return this.#settleDeleted(sandbox)
      await this.#wait(this.#options.phaseDelay, sandbox)
      this.#setPhase(sandbox, succeeded)
    } catch (error) {
      sandbox.ended = true
      if (!sandbox.abort.signal.aborted) throw error
      this.#settleDeleted(sandbox)
    }
  }

  #wait(ms: number, sandbox: Sandbox): Promise<void> {
    return sleep(this.#options.api.clock, ms, sandbox.abort.signal)
  }

  async #runInits(sandbox: Sandbox): Promise<boolean> {
    for (const container of sandbox.pod.spec?.initContainers ?? []) {
      const end = await this.#runUntilDone(sandbox, container, true)
      if (end.exitCode !== 0) return false
      await this.#wait(this.#options.startDelay, sandbox)
    }
    return true
  }

  async #runMains(sandbox: Sandbox): Promise<boolean> {
    const ends = await Promise.all(
      (sandbox.pod.spec?.containers ?? []).map((container) =>
        this.#runUntilDone(sandbox, container, false),
      ),
    )
    return ends.every(({ exitCode }) => exitCode === 0)
  }

  /** With `OnFailure` it is run again: at once, then after 10 s, 20 s … */
  async #runUntilDone(
    sandbox: Sandbox,
    container: Container,
    init: boolean,
  ): Promise<ContainerEnd> {
    for (let restarts = 0; ; restarts++) {
      const end = await this.#runOnce(sandbox, container, init)
      const again =
        sandbox.pod.spec?.restartPolicy === 'OnFailure' && end.exitCode !== 0
      if (!again || sandbox.abort.signal.aborted) return end
      await this.#backOff(sandbox, container, restarts)
    }
  }

  async #backOff(
    sandbox: Sandbox,
    container: Container,
    restarts: number,
  ): Promise<void> {
    await this.#wait(this.#options.startDelay, sandbox)
    const ms = restarts === 0 ? 0 : Math.min(10_000 * 2 ** (restarts - 1), 3e5)
    this.#write(sandbox, (pod) => {
      const found = status.containerStatus(pod, container.name)
      if (!found) return
      found.lastState = found.state ?? {}
      found.restartCount++
      status.setWaiting(
        found,
        ms > 0 ? 'CrashLoopBackOff' : 'ContainerCreating',
      )
    })
    await this.#wait(ms, sandbox)
  }

  async #runOnce(
    sandbox: Sandbox,
    container: Container,
    init: boolean,
  ): Promise<ContainerEnd> {
    try {
      const end = await this.#start(sandbox, container, init)
      this.#setContainer(sandbox, container, (found) =>
        status.setTerminated(found, end, this.#options.api.now()),
      )
      return end
    } catch (error) {
      if (!(error instanceof CannotStart)) throw error
      this.#setContainer(sandbox, container, (found) =>
        status.setWaiting(found, error.reason, error.message),
      )
      return await aborted(sandbox.abort.signal)
    }
  }

  async #start(
    sandbox: Sandbox,
    container: Container,
    init: boolean,
  ): Promise<ContainerEnd> {
    const { runner } = this.#options
    const sources = this.#sources(sandbox)
    const env = resolveEnv(container, sources)
    const log = new ContainerLog()
    sandbox.logs.set(container.name, log)
    const expanded = (list: string[] | undefined) =>
      list?.map((text) => expand(text, env))
    const command = expanded(container.command)
    const args = expanded(container.args)
    let running = false
    const started = () => {
      if (running) return
      running = true
      this.#setStarted(sandbox, container, init)
    }
    const end = await runner.run({
      pod: sources.pod,
      container,
      init,
      env,
      ...(command ? { command } : {}),
      ...(args ? { args } : {}),
      configMap: (name) => sources.configMap(name),
      secret: (name) => sources.secret(name),
      log: (chunk) => log.append(chunk),
      started,
      signal: sandbox.abort.signal,
    })
    started()
    return end
  }

  #sources(sandbox: Sandbox): Sources {
    const { api, secrets } = this.#options
    const { namespace = '', name = '' } = sandbox.pod.metadata ?? {}
    return {
      pod: api.store.find('Pod', namespace, name) ?? sandbox.pod,
      configMap: (map) => api.store.find('ConfigMap', namespace, map),
      secret: (secret) => secrets(namespace, secret),
    }
  }

  #setContainer(
    sandbox: Sandbox,
    container: Container,
    change: (found: status.ContainerStatus) => void,
  ): void {
    this.#write(sandbox, (pod) => {
      const found = status.containerStatus(pod, container.name)
      if (found) change(found)
    })
  }

  #setStarted(sandbox: Sandbox, container: Container, init: boolean): void {
    const now = this.#options.api.now()
    this.#write(sandbox, (pod) => {
      const found = status.containerStatus(pod, container.name)
      if (!found || !pod.status) return
      status.setRunning(found, init, now)
      if (init) return
      pod.status.phase = 'Running'
      const ready = pod.status.containerStatuses?.every((c) => c.ready)
      pod.status.conditions = status.conditions(now, ready === true, true)
    })
  }

  #setPhase(sandbox: Sandbox, succeeded: boolean): void {
    const now = this.#options.api.now()
    this.#write(sandbox, (pod) => {
      if (!pod.status) return
      pod.status.phase = succeeded ? 'Succeeded' : 'Failed'
      pod.status.conditions = status.conditions(
        now,
        false,
        true,
        succeeded ? 'PodCompleted' : 'PodFailed',
      )
    })
  }

  /** Stops what runs; after the grace period it is gone whatever it does. */
  #terminate(pod: Pod, sandbox: Sandbox): void {
    if (sandbox.abort.signal.aborted) return
    sandbox.abort.abort()
    if (sandbox.ended || !pod.spec?.nodeName) return
    const { clock } = this.#options.api
    const grace = pod.metadata?.deletionGracePeriodSeconds ?? 0
    sandbox.cancelKill = clock.after(grace * 1000, () => {
      if (!sandbox.ended) this.#settleDeleted(sandbox)
    })
  }

  /** The end of a pod that was deleted while it ran. */
  #settleDeleted(sandbox: Sandbox): void {
    const { api, phaseDelay } = this.#options
    sandbox.ended = true
    sandbox.cancelKill()
    const failed = this.#write(sandbox, (pod) => {
      if (!pod.status) return
      pod.status.phase = 'Failed'
      for (const found of [
        ...(pod.status.initContainerStatuses ?? []),
        ...(pod.status.containerStatuses ?? []),
      ])
        if (found.state?.running)
          status.setTerminated(found, { exitCode: 137 }, api.now())
    })
    if (!failed) return
    api.clock.after(phaseDelay, () => this.#deleteForGood(sandbox))
  }

  #deleteForGood(sandbox: Sandbox): void {
    const { namespace = '', name = '', uid = '' } = sandbox.pod.metadata ?? {}
    try {
      this.#options.api.delete('Pod', namespace, name, {
        uid,
        gracePeriodSeconds: 0,
      })
    } catch (error) {
      if (!isClusterError(error, 'NotFound', 'Conflict')) throw error
    }
  }
}

/** Waits for the end of a pod that cannot start. */
const aborted = (signal: AbortSignal): Promise<ContainerEnd> =>
  new Promise((resolve) => {
    const end = () => resolve({ exitCode: 137 })
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
