package intake

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// cloudWatchAlarm is the JSON that a CloudWatch alarm puts, as a string, into
// an SNS message.
type cloudWatchAlarm struct {
	Name        string `json:"AlarmName"`
	ARN         string `json:"AlarmArn"`
	Description string `json:"AlarmDescription"`
	Account     string `json:"AWSAccountId"`
	Region      string `json:"Region"`
	State       string `json:"NewStateValue"` // OK, ALARM, INSUFFICIENT_DATA
	Reason      string `json:"NewStateReason"`
	Changed     moment `json:"StateChangeTime"`
	Trigger     struct {
		Metric     string `json:"MetricName"`
		Namespace  string `json:"Namespace"`
		Dimensions []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"Dimensions"`
	} `json:"Trigger"`
}

// awsEvent is an event of EventBridge.
type awsEvent struct {
	ID         string   `json:"id"`
	DetailType string   `json:"detail-type"`
	Source     string   `json:"source"`
	Account    string   `json:"account"`
	Region     string   `json:"region"`
	Time       moment   `json:"time"`
	Resources  []string `json:"resources"`
	Detail     struct {
		AlarmName string `json:"alarmName"`
		State     struct {
			Value     string `json:"value"`
			Reason    string `json:"reason"`
			Timestamp moment `json:"timestamp"`
		} `json:"state"`
		Configuration struct {
			Description string `json:"description"`
		} `json:"configuration"`
	} `json:"detail"`
}

// parseAWS reads what AWS sends: CloudWatch alarms and other messages over SNS,
// and EventBridge's events, over SNS or to an API destination.
// Contract: Amazon SNS developer guide; CloudWatch user guide, "Alarm events
// and EventBridge".
//
// An alert is its alarm's ARN. INSUFFICIENT_DATA fires: an alarm tells of it
// only if somebody asked for that. A message that asks to confirm or end a
// subscription holds nothing; the caller confirms it (see [SNSMessage]).
func parseAWS(req Request) (Batch, error) {
	envelope, err := ReadSNS(req.Body)
	if err != nil {
		return Batch{}, err
	}
	var batch Batch
	switch envelope.Type {
	case "SubscriptionConfirmation":
		confirm, err := envelope.ConfirmURL()
		if err != nil {
			batch.reject(0, err)
			return batch, nil
		}
		batch.addSignal(0, incident.Signal{
			Source: "aws", State: incident.Firing, Severity: "info", URL: confirm, Identity: "confirm/" + envelope.TopicARN,
			Title:     "Confirm that " + envelope.TopicARN + " may send here",
			ExpiresAt: req.Now.Add(snsTokenLife),
		}, req.Now)
	case "UnsubscribeConfirmation":
	case "":
		batch.addSignal(0, awsSignal(string(req.Body), ""), req.Now)
	default:
		batch.addSignal(0, awsSignal(envelope.Message, envelope.Subject), req.Now)
	}
	return batch, nil
}

// snsTokenLife is how long SNS waits for a confirmation.
const snsTokenLife = 3 * 24 * time.Hour

// awsSignal reads a message: an alarm, an event, or words.
func awsSignal(message, subject string) incident.Signal {
	var alarm cloudWatchAlarm
	if json.Unmarshal([]byte(message), &alarm) == nil && alarm.Name != "" {
		return alarm.signal()
	}
	var event awsEvent
	if json.Unmarshal([]byte(message), &event) == nil && event.DetailType != "" {
		return event.signal()
	}
	title, description, _ := strings.Cut(message, "\n")
	if subject != "" {
		title, description = subject, message
	}
	return incident.Signal{
		Source: "aws", State: incident.Firing, Title: title, Description: description,
		Identity: hashOf("aws", title),
	}
}

// awsState sets what an alarm's state means.
func awsState(s *incident.Signal, state string) {
	switch state {
	case "OK":
		s.State, s.EndedAt, s.StartedAt = incident.Resolved, s.StartedAt, s.EndedAt
	case "INSUFFICIENT_DATA":
		s.State, s.Title = incident.Firing, "No data: "+s.Title
	default:
		s.State = incident.Firing
	}
}

func (a cloudWatchAlarm) signal() incident.Signal {
	s := incident.Signal{
		Source:      "aws",
		Identity:    firstOf(a.ARN, a.Account+"/"+a.Region+"/"+a.Name),
		Title:       a.Name,
		Description: strings.TrimSpace(a.Description + "\n" + a.Reason),
		StartedAt:   a.Changed.Time,
		Labels:      map[string]string{},
	}
	for _, d := range a.Trigger.Dimensions {
		tag(s.Labels, d.Name+"="+d.Value)
	}
	for name, value := range map[string]string{"metric": a.Trigger.Metric, "aws_namespace": a.Trigger.Namespace, "region": a.Region, "account": a.Account} {
		if value != "" {
			s.Labels[name] = value
		}
	}
	s.Service = field(s.Labels, []string{"ServiceName", "FunctionName", "ApiName", "DBInstanceIdentifier", "QueueName", "LoadBalancer", "AutoScalingGroupName"})
	awsState(&s, a.State)
	return s
}

func (e awsEvent) signal() incident.Signal {
	s := incident.Signal{
		Source:      "aws",
		Title:       firstOf(e.Detail.AlarmName, e.DetailType),
		Description: strings.TrimSpace(e.Detail.Configuration.Description + "\n" + e.Detail.State.Reason),
		StartedAt:   firstTime(e.Detail.State.Timestamp.Time, e.Time.Time),
		Labels:      map[string]string{"source": e.Source},
	}
	for name, value := range map[string]string{"region": e.Region, "account": e.Account} {
		if value != "" {
			s.Labels[name] = value
		}
	}
	resource := firstOf(e.Resources...)
	s.Identity = firstOf(resource, e.Detail.AlarmName)
	if e.Detail.AlarmName == "" {
		s.Identity = hashOf("aws", e.Source, e.DetailType, resource)
		if resource != "" {
			s.Title += ": " + resource
		}
	}
	awsState(&s, e.Detail.State.Value)
	return s
}
