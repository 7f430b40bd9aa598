package channel

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// whatsappProblem is an error as the Graph API and the statuses of a message
// word it (developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes).
type whatsappProblem struct {
	Code    int    `json:"code"`
	Title   string `json:"title"`
	Message string `json:"message"`
	Data    struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// words are WhatsApp's own, with what is to be mended before them.
func (p *whatsappProblem) words(secret string) string {
	words := fmt.Sprintf("%s (%d)", excerpt([]byte(cmp.Or(p.Data.Details, p.Message, p.Title)), secret), p.Code)
	if hint := whatsappHints[p.Code]; hint != "" {
		return hint + ": " + words
	}
	return words
}

// whatsappClosed: the person has not written within a day.
const whatsappClosed = 131047

// whatsappHints say what to mend where WhatsApp's words do not.
var whatsappHints = map[int]string{
	0:              "the access token does not hold; make a new one",
	190:            "the access token does not hold; make a new one",
	10:             "the token may not send; its system user needs whatsapp_business_messaging",
	200:            "the token may not send; its system user needs whatsapp_business_messaging",
	33:             "there is no number with this id",
	131026:         "the number is not on WhatsApp, or cannot take the message",
	131030:         "the number is not on the list of a test number",
	131042:         "the business has no means of payment",
	whatsappClosed: "the person has not written to this number within 24 hours",
	131048:         "WhatsApp holds this number back, since people reported it",
	132000:         "the template has other variables than Sigap fills in",
	132001:         "the template is not there in this language, or not approved",
	132012:         "the template has other variables than Sigap fills in",
	132015:         "WhatsApp has paused the template",
	132016:         "WhatsApp has disabled the template",
	133010:         "the number is not registered",
}

// whatsappPair is how long WhatsApp wants between two messages to one person
// once its allowance is used up (…/docs/whatsapp/cloud-api/overview#pair-rate-limits).
const whatsappPair = 6 * time.Second

// whatsappLater are the errors that pass, and how long WhatsApp asks to wait
// for it; 0 if it does not say.
var whatsappLater = map[int]time.Duration{
	1: 0, 2: 0, // an error on their side
	4: 0, 80007: 0, 130429: 0, // too many calls, of the app, of the account, of the number
	131000: 0, 131016: 0, 131057: 0, 133004: 0, // something went wrong, out of service, maintenance
	131056: whatsappPair, // too many to this person
}

// refused judges an answer that is none of a message taken.
func (c *WhatsApp) refused(a answer) *Error {
	var said struct {
		Error *whatsappProblem `json:"error"`
	}
	secret := c.Config.Token.Reveal()
	e := statusError(a, c.deps.Now(), secret)
	if json.Unmarshal(a.body, &said) != nil || said.Error == nil {
		return e
	}
	e.code, e.Detail = said.Error.Code, said.Error.words(secret)
	if after, passes := whatsappLater[e.code]; passes {
		e.Retry, e.After = true, max(e.After, after)
	}
	return e
}
