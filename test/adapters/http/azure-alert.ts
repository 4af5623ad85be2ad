// Owns an alert as Azure Monitor's common schema writes it (CONTRACTS §6.6).

export const azureAlert = (essentials: Readonly<Record<string, unknown>> = {}) => ({
  schemaId: 'azureMonitorCommonAlertSchema',
  data: {
    essentials: {
      alertId: '/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/aaaa',
      alertRule: 'High CPU',
      severity: 'Sev1',
      signalType: 'Metric',
      monitorCondition: 'Fired',
      monitoringService: 'Platform',
      alertTargetIDs: ['/subscriptions/s/resourcegroups/shop/providers/microsoft.compute/virtualMachines/web-01'],
      configurationItems: ['web-01'],
      originAlertId: 'x',
      firedDateTime: '2026-01-01T00:00:00.3713213Z',
      description: 'More than 90 % for 5 minutes',
      essentialsVersion: '1.0',
      alertContextVersion: '1.0',
      ...essentials,
    },
    alertContext: {
      conditionType: 'SingleResourceMultipleMetricCriteria',
      condition: {
        windowSize: 'PT5M',
        allOf: [{ metricName: 'Percentage CPU', dimensions: [{ name: 'Computer', value: 'WEB-01' }], metricValue: 97 }],
      },
    },
    customProperties: { team: 'shop' },
  },
})
