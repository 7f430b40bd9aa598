package text

import (
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

type Field struct {
	Label string `json:"label"`
	Value string `json:"value"`
}
type Action struct {
	Label, URL string
	Primary    bool
}
type Words struct {
	Title   string
	Lines   []string
	Fields  []Field
	Actions []Action
	PlotAlt string
}
type Letter struct {
	Incident *incident.Incident
	Purpose  incident.Purpose
	Notice   incident.Notice
	Audience string
	Code     string
	Args     map[string]string
	Link     string
	Room     bool
	Now      time.Time
}
type Fact struct {
	Value string `json:"value"`
	Label string `json:"label"`
}
type Bar struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Kind string    `json:"kind"`
}
type Score struct {
	Stage incident.Stage `json:"stage"`
	Name  string         `json:"name"`
	Text  string         `json:"text"`
	Late  bool           `json:"late"`
	Bars  []Bar          `json:"bars"`
	Marks []time.Time    `json:"marks"`
}
type Happening struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	Tone string    `json:"tone"`
	Seq  int       `json:"seq"`
}
type Document struct {
	Incident *incident.Incident
	Review   incident.Review
	Entries  []incident.Entry
	Now      time.Time
	Link     string
}

func (r Reader) Letter(l Letter) Words            { return Words{Title: l.Incident.Title} }
func (r Reader) PasswordReset(link string) Words  { return Words{} }
func (r Reader) Invitation(by, link string) Words { return Words{} }
func (r Reader) Test(name, code string) Words     { return Words{Title: "Test " + code} }
func (r Reader) UpdateDraft(i *incident.Incident, since []incident.Entry, now time.Time) incident.UpdateText {
	return incident.UpdateText{Status: string(i.Status)}
}
func (r Reader) ReviewDraft(i *incident.Incident, entries []incident.Entry) incident.Review {
	return incident.Review{Lang: r.Lang, Title: i.Title}
}
func (r Reader) Facts(i *incident.Incident) []Fact                                     { return nil }
func (r Reader) Scorecard(i *incident.Incident, now time.Time) []Score                 { return nil }
func (r Reader) KeyMoments(i *incident.Incident, entries []incident.Entry) []Happening { return nil }
func (r Reader) Markdown(d Document) string                                            { return "# " + d.Review.Title + "\n" }
func (r Reader) HTML(d Document) ([]byte, error)                                       { return []byte(d.Review.Title), nil }
func (r Reader) Agenda(i *incident.Incident) string                                    { return "" }
func Render(markdown string) string                                                    { return "" }
