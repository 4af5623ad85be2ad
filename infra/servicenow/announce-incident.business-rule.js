// Owns when ServiceNow tells runbot of an incident.
// Business rule on Incident [incident]: when "async", insert and update, condition as the trigger in connectors.yaml.
;(function executeRule(current) {
  new RunbotWebhook().announce(current)
})(current)
