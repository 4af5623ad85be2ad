// Your installation. Copy this file, fill in what is yours, and keep the copy under version control: it holds no
// secrets. Each parameter is described in main.bicep; what you do not name here keeps its default.
using './main.bicep'

// --- You must change these ---

// Who is told when runbot itself is in trouble.
param alertEmails = ['oncall@example.com']

// --- You will change these ---

// 'none' for the first deployment; then the image that you built, for example 'runbotxyz.azurecr.io/runbot:2026-11-21'.
param image = 'none'

// Leave both empty to run without ServiceNow, and take the two SERVICENOW_ names out of secretNames.
param serviceNowUrl = ''
param serviceNowClientId = ''

// Every name here must be a secret in the vault before the second deployment. The vault's names are in small letters
// with hyphens: SERVICENOW_WEBHOOK_SECRET is servicenow-webhook-secret there.
param secretNames = ['EVENTS_SECRET', 'AUDIT_SIGNING_KEY', 'METRICS_TOKEN']

// What connectors.yaml takes from the environment: secrets by name, everything else by value.
param connectorSecrets = []
param extraSettings = {}

// --- You may change these ---

// A trial pays less with 'serverless'.
param cosmosCapacity = 'autoscale'

// Needed where the systems that runbot calls have no public address. Cannot be changed later.
param subnetId = ''
