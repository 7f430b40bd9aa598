package web

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed first.html
var firstHTML string

// first writes the first look of an incident: its head and the newest of its
// timeline as plain HTML, in the app's own classes, from the answers that come
// along. The app takes its place as soon as it runs; a browser test compares
// the two. The build leaves the words and icons that this needs.
type first struct {
	look  *template.Template
	words map[string]words
}

// words are those of one language, from the app's catalog.
type words struct {
	Texts       map[string]map[string]string `json:"texts"`
	Weekdays    []string                     `json:"weekdays"` // from Sunday on
	Months      []string                     `json:"months"`
	ShortMonths []string                     `json:"shortMonths"`
	LongDay     string                       `json:"longDay"` // {weekday}, {day}, {month}, {year}
}

// readFirst reads what the build left; without it nothing is written.
func readFirst(files fs.FS) *first {
	text, err := fs.ReadFile(files, ".vite/first.json")
	if err != nil {
		return nil
	}
	var left struct {
		Icons map[string]template.HTML `json:"icons"`
		En    words                    `json:"en"`
		ID    words                    `json:"id"`
	}
	if err := json.Unmarshal(text, &left); err != nil {
		return nil
	}
	look := template.New("first").Funcs(template.FuncMap{
		"icon": func(name string) template.HTML { return left.Icons[name] },
		"face": faceOf,
		"runs": runs,
		"line": sparkLine,
		"args": func(a ...any) []any { return a },
	})
	return &first{template.Must(look.Parse(firstHTML)), map[string]words{"en": left.En, "id": left.ID}}
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// seen is what of an incident's view the first look shows.
type seen struct {
	Incident struct {
		Title    string           `json:"title"`
		Number   int              `json:"number"`
		Service  string           `json:"service"`
		Affected []string         `json:"affected"`
		Status   string           `json:"status"`
		Severity int              `json:"severity"`
		Drill    bool             `json:"drill"`
		Roles    map[string]named `json:"roles"`
		Pins     []int            `json:"pins"`
	} `json:"incident"`
	Ref        string `json:"ref"`
	StatusText string `json:"statusText"`
	Rail       []struct {
		Stage    string `json:"stage"`
		Progress string `json:"progress"`
		Name     string `json:"name"`
		Text     string `json:"text"`
	} `json:"rail"`
	Next *struct {
		Move  string `json:"move"`
		Label string `json:"label"`
		Stage string `json:"stage"`
	} `json:"next"`
	ImpactFrom time.Time  `json:"impactFrom"`
	ImpactTo   *time.Time `json:"impactTo"`
	NextUpdate *struct {
		Due time.Time `json:"due"`
	} `json:"nextUpdate"`
	You struct {
		Right     string `json:"right"`
		MayAssign bool   `json:"mayAssign"`
	} `json:"you"`
	Now time.Time `json:"now"`
}

// entry is one of its timeline.
type entry struct {
	Seq   int       `json:"seq"`
	Kind  string    `json:"kind"`
	At    time.Time `json:"at"`
	Actor struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"actor"`
	Tone      string `json:"tone"`
	Icon      string `json:"icon"`
	Text      string `json:"text"`
	Detail    string `json:"detail"`
	Quote     string `json:"quote"`
	Diff      string `json:"diff"`
	Corrected *struct {
		Text string `json:"text"`
		By   string `json:"by"`
	} `json:"corrected"`
	Spark []float64 `json:"spark"`
}

// row is a line of the timeline as the app shows it.
type row struct {
	entry

	Day    string // a new one begins above it
	Folded int    // how many like it stand behind it
	Pinned bool
	Last   bool
}

// shown is what the template reads.
type shown struct {
	seen
	words

	Reader reader
	Stage  string // the one that is open
	Asked  bool   // the address names it
	Rows   []row
}

// mostRows fill a usual screen; each costs time before the first of them is seen.
const mostRows = 20

// write writes the first look for a reader, or nothing if something that it
// needs is missing.
func (f *first) write(w io.Writer, stage string, to reader, view, entries []byte) error {
	s := shown{Reader: to, Stage: stage, Asked: stage != ""}
	var page struct {
		Items []entry `json:"items"`
	}
	if f == nil || to.Lang == "" || json.Unmarshal(view, &s.seen) != nil || json.Unmarshal(entries, &page) != nil {
		return nil
	}
	s.words = f.words[to.Lang]
	s.Rows = s.rows(page.Items)
	if !s.Asked {
		s.Stage = s.opens()
	}
	return f.look.ExecuteTemplate(w, "incident", s)
}

// opens is the stage that the app opens by itself.
func (s shown) opens() string {
	if s.Next != nil && s.Next.Stage != "" {
		return s.Next.Stage
	}
	for _, r := range s.Rail {
		if r.Progress == "now" || r.Progress == "late" {
			return r.Stage
		}
	}
	return "identify"
}

// rows folds runs of three and more receipts and says where a day begins, as
// the app does.
func (s shown) rows(entries []entry) []row {
	var all []row
	for n := 0; n < len(entries); {
		end := n
		for end < len(entries) && entries[end].Kind == "receipt" && entries[end].Tone == "minor" {
			end++
		}
		if end-n > 2 {
			all = append(all, row{entry: entries[end-1], Folded: end - n - 1})
			n = end
			continue
		}
		all = append(all, row{entry: entries[n]})
		n++
	}
	before := s.Now
	for n := range all {
		all[n].Pinned = slices.Contains(s.Incident.Pins, all[n].Seq)
		all[n].Last = n == len(all)-1
		if s.Reader.zone != nil && s.dayOf(before) != s.dayOf(all[n].At) {
			all[n].Day = s.longDay(all[n].At)
		}
		before = all[n].At
	}
	return all[max(0, len(all)-mostRows):]
}

func (s shown) dayOf(t time.Time) string { return t.In(s.Reader.zone).Format(time.DateOnly) }

func (s shown) longDay(t time.Time) string {
	t = t.In(s.Reader.zone)
	return strings.NewReplacer("{weekday}", s.Weekdays[t.Weekday()], "{day}", strconv.Itoa(t.Day()), "{month}", s.Months[t.Month()-1], "{year}", strconv.Itoa(t.Year())).Replace(s.LongDay)
}

// Clock is the time of day; empty where the reader's zone is not known yet: the
// app will say it.
func (s shown) Clock(t time.Time) string {
	if s.Reader.zone == nil {
		return ""
	}
	if s.Reader.Lang == "id" {
		return t.In(s.Reader.zone).Format("15.04")
	}
	return t.In(s.Reader.zone).Format("15:04")
}

// Moment is the clock today, else the day and the clock.
func (s shown) Moment(t time.Time) string {
	if s.Reader.zone == nil {
		return "…"
	}
	if s.dayOf(t) == s.dayOf(s.Now) {
		return s.Clock(t)
	}
	at := t.In(s.Reader.zone)
	day := fmt.Sprintf("%d %s", at.Day(), s.ShortMonths[at.Month()-1])
	if at.Year() != s.Now.In(s.Reader.zone).Year() {
		day += " " + strconv.Itoa(at.Year())
	}
	return day + ", " + s.Clock(t)
}

// Number is what a stage is called by, from one on.
func (shown) Number(n int) int { return n + 1 }

// ISO is a time for machines.
func (shown) ISO(t time.Time) string { return t.Format(time.RFC3339Nano) }

// Lasted is how long the impact has lasted, or did.
func (s shown) Lasted() string {
	end := s.Now
	if s.ImpactTo != nil {
		end = *s.ImpactTo
	}
	return s.clockFace(end.Sub(s.ImpactFrom))
}

// Left is how long there is until the next update; Late how long it is late.
func (s shown) Left() string { return s.clockFace(s.NextUpdate.Due.Sub(s.Now).Abs()) }

// Late reports whether the next update is.
func (s shown) Late() bool { return s.NextUpdate.Due.Before(s.Now) }

// clockFace is 0:26, 12:32, 1:48:05; from a day on 2 d 3 h.
func (s shown) clockFace(d time.Duration) string {
	d = max(d, 0).Truncate(time.Second)
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case hours >= 24 && s.Reader.Lang == "id":
		return fmt.Sprintf("%d h %d j", hours/24, hours%24)
	case hours >= 24:
		return fmt.Sprintf("%d d %d h", hours/24, hours%24)
	case hours > 0:
		return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d", minutes, seconds)
}

// Say fills a text's one gap.
func (s shown) Say(part, name string, arg any) string {
	return strings.Replace(s.Texts[part][name], "{}", fmt.Sprint(arg), 1)
}

// Affected are the first services that the incident reaches.
func (s shown) Affected() string {
	return strings.Join(s.Incident.Affected[:min(3, len(s.Incident.Affected))], ", ")
}

// held is a role with who has it.
type held struct{ Role, Name, First string }

// Held are the roles that somebody has, in the order of the head.
func (s shown) Held() []held {
	var out []held
	for _, role := range []string{"commander", "engineering", "support", "communications", "scribe"} {
		if p := s.Incident.Roles[role]; p.ID != "" {
			firstName, _, _ := strings.Cut(p.Name, " ")
			out = append(out, held{role, p.Name, firstName})
		}
	}
	return out
}

// Works reports whether the reader works on incidents.
func (s shown) Works() bool { return s.You.Right != "viewer" }

// StatusTone is the colour of the status.
func (s shown) StatusTone() string {
	return map[string]string{
		"triage": "warn", "investigating": "accent", "mitigating": "warn", "monitoring": "good", "resolved": "good", "reviewing": "accent",
	}[s.Incident.Status]
}

// NextIcon is that of the next move.
func (s shown) NextIcon() string {
	icons := map[string]string{"declare": "flame", "reach": "phone", "update": "send", "mitigated": "check", "resolve": "check", "publish": "check", "close": "check"}
	return cmp.Or(icons[s.Next.Move], "arrow-right")
}

// Look is the tone of a row's mark.
func (r row) Look() string {
	if r.Pinned && r.Tone != "signal" {
		return "key"
	}
	return r.Tone
}

// ByPerson reports whether a row's mark is the face of who wrote it.
func (r row) ByPerson() bool {
	return r.Actor.Kind == "person" && (r.Icon == "user" || r.Icon == "chat") && r.Look() != "key"
}

// Mark is the icon of a row.
func (r row) Mark() string {
	icons := map[string]string{
		"signal": "activity", "scale": "scale", "send": "send", "pin": "pin", "check": "check", "users": "users", "user": "user", "alert": "triangle-alert",
		"wrench": "wrench", "list": "list", "clock": "clock", "flag": "flag", "book": "book-open", "undo": "undo-2",
	}
	return cmp.Or(icons[r.Icon], "message-square")
}

// Says is what a row says, as it was corrected.
func (r row) Says() string {
	if r.Corrected != nil {
		return r.Corrected.Text
	}
	return r.Text
}
