package identify

import (
	"math"
	"slices"
	"strconv"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Alerts of which nobody knows where they belong, since they name no service or
// one that nobody set up, join by their words: a title's template and the name
// of the service as a vector of TF-IDF, and the cosine of two of them.
const (
	alikeEnough = 0.8  // cosine
	sameWords   = 0.99 // cosine of those with the same words, whatever they weigh
	fewClasses  = 50   // from fewer it is not known which words say little
	wordsInBoth = 2    // a single word in common is no likeness
	alikeAmong  = 60   // open records that are looked at
)

// weighed is a set of words in order, each with its weight.
type weighed struct {
	words   []string
	weights []float64
	norm    float64
}

// weigh gives a class's words their weight by how few classes have them:
// ln((1+n)/(1+df)) + 1, as is usual.
func (h *Past) weigh(class string) weighed {
	words := incident.ClassWords(class)
	slices.Sort(words)
	words = slices.Compact(words)
	out := weighed{words: words, weights: make([]float64, len(words))}
	for n, w := range words {
		out.weights[n] = math.Log(float64(1+h.Classes)/float64(1+h.Words[w])) + 1
		out.norm += out.weights[n] * out.weights[n]
	}
	out.norm = math.Sqrt(out.norm)
	return out
}

// alike is the cosine of two; 0 if they have hardly a word in common.
func (a weighed) alike(b weighed) float64 {
	dot, both := 0.0, 0
	for n, m := 0, 0; n < len(a.words) && m < len(b.words); {
		switch {
		case a.words[n] < b.words[m]:
			n++
		case a.words[n] > b.words[m]:
			m++
		default:
			dot += a.weights[n] * b.weights[m]
			both++
			n++
			m++
		}
	}
	if both < wordsInBoth {
		return 0
	}
	return dot / (a.norm * b.norm)
}

// loose reports whether a service says nothing of where an alert belongs: there
// is none, or nobody set it up.
func (c *catalog) loose(service string) bool {
	s, known := c.services[service]
	return service == "" || !known || isUnset(&s) && len(c.callers[service]) == 0
}

// otherService reports whether two names are of different services, not only of
// different instances of one.
func otherService(a, b string) bool {
	return a != "" && b != "" && incident.Template(a) != incident.Template(b)
}

func isUnset(s *directory.Service) bool { return s.Tier == 0 && s.Team == "" && len(s.DependsOn) == 0 }

// chooseAlike finds the open record whose alerts' words are the most like this
// one's, both of the same environment and of no known service. So nothing of a
// service that somebody set up, with a tier, ever joins by its words.
func (b *batch) chooseAlike(sig *incident.Signal, a arrival) (*incident.Incident, incident.JoinReason, string) {
	if !b.catalog.loose(sig.Service) {
		return nil, "", ""
	}
	own := b.weighed(incident.AlertClass(sig.Service, sig.Title))
	var best *incident.Incident
	most := alikeEnough
	if b.rules.past.Classes < fewClasses {
		most = sameWords
	}
	for _, i := range b.open[:min(len(b.open), alikeAmong)] {
		if i.Environment != sig.Environment || !b.catalog.loose(i.Service) || otherService(i.Service, sig.Service) || !b.takes(i, a) || !b.recent(i, a) || b.apart(i, sig) {
			continue
		}
		for _, c := range b.classes[i] {
			if alike := own.alike(b.weighed(c)); alike > most || alike == most && best == nil {
				best, most = i, alike
			}
		}
	}
	if best == nil {
		return nil, "", ""
	}
	return best, incident.Alike, strconv.Itoa(int(100 * most))
}

// weighed are the weighed words of a class, made once a batch.
func (b *batch) weighed(class string) weighed {
	w, known := b.words[class]
	if !known {
		w = b.rules.past.weigh(class)
		b.words[class] = w
	}
	return w
}
