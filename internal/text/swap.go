package text

import "time"

// Swap is what one message tells of a request to take shifts over.
type Swap struct {
	Code        string // asked, accepted, declined, withdrawn
	Schedule    string
	By, Who     string // who asked; who accepted or declined
	From, Until time.Time
	BackFrom    time.Time // what is offered in return; zero: nothing
	BackUntil   time.Time
	Reason      string
	Link        string // to where it is answered
	Now         time.Time
}

// Swap words such a message.
func (r Reader) Swap(s Swap) Words {
	span := func(from, until time.Time) string {
		return r.say("swap.span", "from", r.whenZoned(from, s.Now), "until", r.whenZoned(until, s.Now))
	}
	w := Words{Title: r.say("swap."+s.Code, "by", oneLine(s.By), "who", oneLine(s.Who), "schedule", oneLine(s.Schedule))}
	w.Fields = append(w.Fields, Field{oneLine(s.Schedule), span(s.From, s.Until)})
	if !s.BackFrom.IsZero() {
		w.Fields = append(w.Fields, Field{r.say("swap.back"), span(s.BackFrom, s.BackUntil)})
	}
	if s.Reason != "" && s.Code == "asked" {
		w.Lines = append(w.Lines, "“"+oneLine(s.Reason)+"”")
	}
	label := "swap.look"
	if s.Code == "asked" {
		label = "swap.answer"
	}
	w.Actions = []Action{{Label: r.say(label), URL: s.Link, Primary: true}}
	return w
}
