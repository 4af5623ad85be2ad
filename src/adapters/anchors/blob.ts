// Owns an Azure blob container as the place of checkpoints: created once, never replaced, signed in to by identity.
import { text } from 'node:stream/consumers'
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity'
import { ContainerClient, RestError } from '@azure/storage-blob'
import type { CheckpointFile } from '../../core/checkpoint.ts'
import type { Millis } from '../../core/values.ts'
import type { AnchorPlace } from '../../ports/anchors.ts'
import { PortError } from '../../ports/errors.ts'
import { nameOf, numberIn } from './names.ts'

export interface BlobOptions {
  /** The container's, with a folder in it where told. Plain http is an emulator on this machine, which nobody signs in to. */
  readonly url: string
  /** The process's own Azure identity unless given. */
  readonly credential?: TokenCredential
  /** Of one try, and of a whole call with its repeats. */
  readonly tryMs?: Millis
  readonly callMs?: Millis
}

/** As many are read at once. */
const AT_ONCE = 8
/** What the service says of a blob that is there: by our condition, or by the container's policy. */
const THERE = ['BlobAlreadyExists', 'BlobImmutableDueToPolicy', 'ConditionNotMet']

/** Checkpoints as blobs (learn.microsoft.com/rest/api/storageservices/put-blob, "If-None-Match: *"). Sends nothing yet. */
export function blobAnchors({ url, credential, tryMs = 10_000, callMs = 20_000 }: BlobOptions): AnchorPlace {
  const { container: address, folder } = partsOf(url)
  const options = {
    retryOptions: { maxTries: 3, tryTimeoutInMs: tryMs, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 },
  }
  const container = address.startsWith('http:')
    ? new ContainerClient(address, undefined, options)
    : new ContainerClient(address, credential ?? new DefaultAzureCredential(), options)

  const told = async <T>(
    signal: AbortSignal | undefined,
    work: (abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const limit = AbortSignal.timeout(callMs)
    try {
      return await work(signal ? AbortSignal.any([limit, signal]) : limit)
    } catch (error) {
      throw failure(error, limit.aborted)
    }
  }
  const textOf = (name: string, signal?: AbortSignal) =>
    told(signal, async (abortSignal) => {
      const { readableStreamBody } = await container.getBlobClient(name).download(0, undefined, { abortSignal })
      return readableStreamBody ? text(readableStreamBody) : ''
    })

  return {
    async write(n, content, signal) {
      try {
        await told(signal, (abortSignal) =>
          container.getBlockBlobClient(folder + nameOf(n)).upload(content, Buffer.byteLength(content), {
            conditions: { ifNoneMatch: '*' },
            blobHTTPHeaders: { blobContentType: 'application/json' },
            abortSignal,
          }),
        )
        return 'written'
      } catch (error) {
        if (error instanceof PortError && error.kind === 'conflict') return 'taken'
        throw error
      }
    },
    async read(n, signal) {
      try {
        return await textOf(folder + nameOf(n), signal)
      } catch (error) {
        if (error instanceof PortError && error.kind === 'notFound') return undefined
        throw error
      }
    },
    async *all() {
      let continuationToken: string | undefined
      do {
        const token = continuationToken
        const page = await told(undefined, async (abortSignal) => {
          const pages = container.listBlobsFlat({ prefix: folder, abortSignal })
          const { value } = await pages
            .byPage({ maxPageSize: 1000, ...(token ? { continuationToken: token } : {}) })
            .next()
          return value
        })
        continuationToken = page?.continuationToken || undefined
        const found = (page?.segment.blobItems ?? []).flatMap(({ name }: { name: string }) => {
          const n = numberIn(name.slice(folder.length))
          return n === undefined ? [] : [{ n, name }]
        })
        for (let from = 0; from < found.length; from += AT_ONCE)
          yield* await Promise.all(
            found.slice(from, from + AT_ONCE).map(
              async ({ n, name }: { n: number; name: string }): Promise<CheckpointFile> => ({
                n,
                text: await textOf(name),
              }),
            ),
          )
      } while (continuationToken !== undefined)
    },
  }
}

/** The first part of the path is the container; an emulator has its account before that. */
function partsOf(url: string): { readonly container: string; readonly folder: string } {
  const { origin, protocol, pathname } = new URL(url)
  const segments = pathname.split('/').filter(Boolean)
  const own = protocol === 'http:' ? 2 : 1
  const folder = segments.slice(own).map((each) => `${decodeURIComponent(each)}/`)
  return { container: [origin, ...segments.slice(0, own)].join('/'), folder: folder.join('') }
}

/** By code and status alone: the SDK's errors carry the request with its headers. */
function failure(error: unknown, isLate: boolean): PortError {
  const where = 'the blob container of AUDIT_ANCHORS'
  if (isLate) return new PortError('timeout', `${where} gives no answer in time`)
  if (!(error instanceof RestError)) {
    const { name } = error instanceof Error ? error : { name: 'no reason' }
    if (name === 'AbortError') return new PortError('unavailable', `${where}: it was aborted`)
    const isIdentity = /Credential|Authentication/.test(name)
    return isIdentity
      ? new PortError('denied', `${where}: Azure gives this process no identity to sign in with (${name})`)
      : new PortError('unavailable', `${where} cannot be used (${name})`)
  }
  const { statusCode, code = 'no code' } = error
  const said = `${statusCode ?? 'no answer'}, ${code}`
  if (statusCode === 409 || statusCode === 412)
    return THERE.includes(code)
      ? new PortError('conflict', `${where} has it already`)
      : new PortError('unavailable', `${where} refuses for now (${said})`)
  if (statusCode === 401 || statusCode === 403)
    return new PortError(
      'denied',
      `${where} refuses (${said}): give the identity of this process the role Storage Blob Data Contributor on it`,
    )
  if (statusCode === 404) return new PortError('notFound', `${where} is not there, or not what was asked for (${said})`)
  if (statusCode === 429) return new PortError('throttled', `${where} is too busy (${said})`)
  return new PortError('unavailable', `${where} cannot be used (${said})`)
}
