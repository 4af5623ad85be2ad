// Owns how ServiceNow tells runbot of an incident: what is sent, how it is signed, and when it is sent again.
/* oxlint-disable no-var, no-unused-vars -- the Global scope runs ES5: no let, no catch without a name */
// Script include, name RunbotWebhook, application scope Global, accessible from this scope only. docs/servicenow.md says how.
// A Standard Webhook: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
var RunbotWebhook = Class.create()

/** Seconds before the next try; after the last one the poller of runbot finds the incident. */
RunbotWebhook.WAITS = [15, 60, 300, 900, 3600]
/** The event that a later try is scheduled by; its parm1 is the webhook-id, its parm2 "<type> <tries so far>". */
RunbotWebhook.RETRY = 'runbot.webhook.retry'
/** Runbot answers at once; a worker of the instance must not wait for long. */
RunbotWebhook.TIMEOUT_MS = 10000

RunbotWebhook.prototype = {
  initialize: function () {
    this.url = String(gs.getProperty('runbot.webhook.url', ''))
    this.user = String(gs.getProperty('runbot.webhook.user', ''))
    this.credential = String(gs.getProperty('runbot.webhook.credential', ''))
    this.midServer = String(gs.getProperty('runbot.webhook.mid_server', ''))
  },

  /** From the business rule: tells of this record, unless runbot itself wrote it. */
  announce: function (incident) {
    // What runbot writes would come back as an event about runbot's own work, for ever.
    if (this.user === '' || String(incident.getValue('sys_updated_by')) === this.user) return
    var type = Number(incident.getValue('sys_mod_count')) === 0 ? 'incident.created' : 'incident.updated'
    this.deliver(incident, 'msg_' + gs.generateGUID(), type, 0)
  },

  /** From the script action: the next try of a delivery, under its own id. */
  again: function (incident, id, parm2) {
    var parts = String(parm2).split(' ')
    this.deliver(incident, String(id), parts[0], Number(parts[1]))
  },

  deliver: function (incident, id, type, tries) {
    var answer = this.send(id, this.bodyOf(incident, type))
    if (answer.taken) return
    var wait = answer.later ? RunbotWebhook.WAITS[tries] : undefined
    var what = 'runbot was not told of ' + incident.getValue('number') + ' (' + id + '): ' + answer.why
    if (wait === undefined) {
      gs.error(what + '. It is not tried again; runbot finds the incident when it polls.')
      return
    }
    var at = new GlideDateTime()
    at.addSeconds(Math.max(wait, answer.after))
    gs.eventQueueScheduled(RunbotWebhook.RETRY, incident, id, type + ' ' + (tries + 1), at)
    gs.warn(what + '. It is tried again.')
  },

  /** Only a hint: runbot reads the incident back. ASCII alone, so that what is signed is what is sent, byte by byte. */
  bodyOf: function (incident, type) {
    var data = { sys_id: String(incident.getUniqueValue()), number: String(incident.getValue('number')) }
    return JSON.stringify({ type: type, data: data })
  },

  /** One attempt. {taken}, or {later, after, why}: whether a later try may help, and after how many seconds at least. */
  send: function (id, body) {
    var timestamp = String(Math.floor(new GlideDateTime().getNumericValue() / 1000))
    try {
      var signature = this.sign(id, timestamp, body)
      if (signature === null)
        return this.refused(false, 0, 'the credential runbot.webhook.credential holds no whsec_ secret')
      var request = new sn_ws.RESTMessageV2()
      request.setEndpoint(this.url)
      request.setHttpMethod('post')
      request.setHttpTimeout(RunbotWebhook.TIMEOUT_MS)
      if (this.midServer !== '') request.setMIDServer(this.midServer)
      request.setRequestHeader('Content-Type', 'application/json')
      request.setRequestHeader('webhook-id', id)
      request.setRequestHeader('webhook-timestamp', timestamp)
      request.setRequestHeader('webhook-signature', signature)
      request.setRequestBody(body)
      var response = request.execute()
      var status = Number(response.getStatusCode())
      if (status >= 200 && status < 300) return { taken: true }
      return this.refused(this.passes(status), this.secondsOf(response), 'status ' + status + this.hint(status))
    } catch (problem) {
      // Its text may repeat the request with its headers.
      return this.refused(true, 0, 'it could not be sent')
    }
  },

  refused: function (later, after, why) {
    return { taken: false, later: later, after: after, why: why }
  },

  /** The key is base64 as it stands, which is what generateMac takes, and its answer is base64 too. null without a secret. */
  sign: function (id, timestamp, body) {
    var secret = this.secret()
    if (secret.indexOf('whsec_') !== 0) return null
    var key = secret.substring('whsec_'.length)
    return 'v1,' + new GlideCertificateEncryption().generateMac(key, 'HmacSHA256', id + '.' + timestamp + '.' + body)
  },

  /** From a credential record, where it is kept encrypted: never in a script, a log or an update set. */
  secret: function () {
    var found = new sn_cc.StandardCredentialsProvider().getCredentialByID(this.credential)
    return found ? String(found.getAttribute('password') || '') : ''
  },

  /** 0: no answer at all. What else is refused stays refused. */
  passes: function (status) {
    return !(status > 0) || status === 408 || status === 429 || status >= 500
  },

  hint: function (status) {
    if (status === 401) return ': compare the secret with SERVICENOW_WEBHOOK_SECRET, and the clocks'
    if (status === 404) return ': runbot.webhook.url is wrong, or SERVICENOW_WEBHOOK_SECRET is not set at runbot'
    return ''
  },

  secondsOf: function (response) {
    var seconds = Number(response.getHeader('Retry-After'))
    return seconds > 0 ? Math.min(seconds, 3600) : 0
  },

  type: 'RunbotWebhook',
}
