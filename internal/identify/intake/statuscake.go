package intake

import "github.com/sigap-dev/sigap/internal/incident"

// parseStatusCake reads the webhook of a StatusCake contact group, which is a
// form.
// Contract: StatusCake documentation, "How to use the web hook URL".
//
// An alert is the test's name and address, since the form has no id of it.
func parseStatusCake(req Request) (Batch, error) {
	f, err := onlyEntry(req, "the webhook of a StatusCake contact group, which has a Status and a Name", "status")
	if err != nil {
		return Batch{}, err
	}
	name, url := f.take("name"), f.take("url")
	s := incident.Signal{
		Source: "statuscake", State: stateOf(f.take("status")), Identity: hashOf("statuscake", name, url), Title: firstOf(name, url) + " is down",
		Value: f.take("statuscode"), URL: url, Labels: map[string]string{"test": name, "ip": f.take("ip")},
	}
	f.take("token") // a digest of the account's own key, which is nobody's business here
	f.takeTags(s.Labels, "tags")
	f.rest(s.Labels)
	s.Service = firstOf(service(s.Labels), name)
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
