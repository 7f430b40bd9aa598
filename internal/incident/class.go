package incident

import (
	"regexp"
	"strings"
)

// AlertClass names the alerts that say the same of the same service: what
// changes from one to the next in their title, numbers, hosts and ids, does not
// count.
func AlertClass(service, title string) string { return cut(service + "\n" + Template(title)) }

// ClassService is the service that a class of alerts is about.
func ClassService(class string) string {
	service, _, _ := strings.Cut(class, "\n")
	return service
}

// ClassWords are the words by which a class of alerts is known from others,
// those of its service's name among them.
func ClassWords(class string) []string {
	service, template, _ := strings.Cut(class, "\n")
	return append(strings.FieldsFunc(Template(service), notInWord), strings.FieldsFunc(template, notInWord)...)
}

// changing is a part of a word with a digit in it.
var changing = regexp.MustCompile(`[\pL\pM\p{Nd}]*\p{Nd}[\pL\pM\p{Nd}]*`)

// Template is a title without what changes from one to the next: each part of a
// word with a digit in it becomes a star.
func Template(title string) string {
	return changing.ReplaceAllString(strings.Join(strings.Fields(strings.ToLower(strings.ToValidUTF8(title, "\uFFFD"))), " "), "*")
}

// keptClasses is how many classes of alerts a record in brief names: a storm's
// are one or two, or many that say little.
const keptClasses = 12

// Classes are the classes of the record's first alerts.
func (i *Incident) Classes() []string {
	var out []string
	seen := map[string]bool{}
	for n := range min(len(i.Alerts), 2*keptClasses) {
		c := AlertClass(i.Alerts[n].Service, i.Alerts[n].Title)
		if !seen[c] && len(out) < keptClasses {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

// ClassPair is what people taught of two classes of alerts, A not after B.
type ClassPair struct {
	A, B   string
	Merged int // how often people merged such alerts, since they split them
	Split  int // how often they split them, since they merged them
	Began  int // how often such alerts began together lately
}
