// Owns the next try of an event that runbot did not take.
// Script action for the event runbot.webhook.retry (table Incident); current is the incident as it is now.
new RunbotWebhook().again(current, event.parm1, event.parm2)
