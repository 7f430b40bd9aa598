import type { Made } from '$lib/api/types.ts';

/** The kinds of source as their makers call them. */
export const names: Record<string, string> = {
  alertmanager: 'Alertmanager', prometheus: 'Prometheus', grafana: 'Grafana', generic: 'Webhook (JSON)', heartbeat: 'Heartbeat', agent: 'Sigap agent', otlp: 'OpenTelemetry (OTLP)', report: 'User report form', change: 'Changes (deploys)',
  github: 'GitHub', gitlab: 'GitLab', pagerduty: 'PagerDuty (Events API)', 'pagerduty-change': 'PagerDuty (change events)', opsgenie: 'Opsgenie', sentry: 'Sentry', datadog: 'Datadog', aws: 'AWS (SNS, CloudWatch)', azure: 'Azure Monitor', 'google-cloud': 'Google Cloud', zabbix: 'Zabbix', 'uptime-kuma': 'Uptime Kuma', terraform: 'Terraform',
  bitbucket: 'Bitbucket', flux: 'Flux', kubernetes: 'Kubernetes', graylog: 'Graylog', splunk: 'Splunk', pingdom: 'Pingdom', 'better-stack': 'Better Stack', jira: 'Jira',
  'new-relic': 'New Relic', dynatrace: 'Dynatrace', openobserve: 'OpenObserve', uptimerobot: 'UptimeRobot', statuscake: 'StatusCake', checkly: 'Checkly',
  jenkins: 'Jenkins', spinnaker: 'Spinnaker', octopus: 'Octopus Deploy', launchdarkly: 'LaunchDarkly', unleash: 'Unleash',
  zendesk: 'Zendesk', freshdesk: 'Freshdesk', intercom: 'Intercom',
};

/** A person opens the form itself; every other source gets the address for machines. */
export const addressOf = (source: string, made: Made): Made => (source === 'report' ? { ...made, url: `${location.origin}/report/${made.secret}` } : made);
