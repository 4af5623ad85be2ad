// Owns the shape of Azure Monitor's common alert schema (CONTRACTS §6.6), as far as it is read.
import { z } from 'zod'
import { isObject, type Json } from '../../../core/values.ts'
import { key, maybe, maybeTime } from './schema.ts'

const names = z.array(z.string()).nullish().catch(undefined)

/** What was asked for each series that broke its rule: `{"alertContext":{"condition":{"allOf":[{"dimensions":[…]}]}}}`. */
const dimensions = z
  .object({
    condition: z.object({
      allOf: z.array(
        z.object({
          metricName: maybe,
          dimensions: z
            .array(z.object({ name: z.string(), value: z.string() }))
            .nullish()
            .catch(undefined),
        }),
      ),
    }),
  })
  .optional()
  .catch(undefined)

const properties = z
  .custom<Json>(() => true)
  .optional()
  .transform((value) =>
    Object.fromEntries(
      Object.entries(isObject(value) ? value : {}).flatMap(([name, each]) =>
        typeof each === 'string' ? [[name, each]] : [],
      ),
    ),
  )

export const azureMonitorSchema = z.object(
  {
    schemaId: z.literal(
      'azureMonitorCommonAlertSchema',
      'must be azureMonitorCommonAlertSchema: switch the common alert schema on in the action group',
    ),
    data: z.object(
      {
        essentials: z.object(
          {
            alertId: key,
            alertRule: maybe,
            severity: maybe,
            signalType: maybe,
            monitorCondition: z.enum(['Fired', 'Resolved'], 'must be Fired or Resolved'),
            monitoringService: maybe,
            alertTargetIDs: names,
            configurationItems: names,
            firedDateTime: maybeTime,
            resolvedDateTime: maybeTime,
            description: maybe,
            investigationLink: maybe,
          },
          'must be an object with alertId and monitorCondition',
        ),
        alertContext: dimensions,
        customProperties: properties,
      },
      'must be an object with essentials',
    ),
  },
  'must be an object with schemaId and data',
)
export type AzureAlert = z.infer<typeof azureMonitorSchema>['data']
