package shift

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/sigap-dev/sigap/internal/incident"
)

// vocabulary weighs the words that the changes and the incident's text have
// in common: one that every change has weighs nothing, a file name that only
// one change touches and that is in the stack trace weighs most (TF-IDF,
// cosine).
type vocabulary struct {
	idf   map[string]float64
	query map[string]float64 // weights of the incident's words
	norm  float64
}

func newVocabulary(changes []incident.Change, text string) *vocabulary {
	seen := map[string]int{}
	for _, c := range changes {
		for w := range wordsOf(changeText(c)) {
			seen[w]++
		}
	}
	v := &vocabulary{idf: map[string]float64{}, query: wordsOf(text)}
	for w, n := range seen {
		v.idf[w] = math.Log(1 + float64(len(changes))/float64(n))
	}
	v.norm = v.weigh(v.query)
	return v
}

// weigh turns counts into weights, drops the words that no change has, and
// returns the length.
func (v *vocabulary) weigh(words map[string]float64) float64 {
	squares := 0.0
	for w, n := range words {
		idf, known := v.idf[w]
		if !known {
			delete(words, w)
			continue
		}
		words[w] = (1 + math.Log(n)) * idf
		squares += words[w] * words[w]
	}
	return math.Sqrt(squares)
}

// likeness is the cosine of a change's words with the incident's, and the
// three words that make most of it.
func (v *vocabulary) likeness(c incident.Change) (cosine float64, shared []string) {
	if v.norm == 0 {
		return 0, nil
	}
	words := wordsOf(changeText(c))
	norm := v.weigh(words)
	dot := 0.0
	for w, weight := range words {
		if q := v.query[w]; q > 0 {
			dot += q * weight
			shared = append(shared, w)
		}
	}
	if dot == 0 {
		return 0, nil
	}
	slices.SortFunc(shared, func(a, b string) int {
		return cmp.Or(cmp.Compare(words[b]*v.query[b], words[a]*v.query[a]), cmp.Compare(a, b))
	})
	return unit(dot / (norm * v.norm)), shared[:min(3, len(shared))]
}

// changeText is what a change says of itself: its summary, its versions, and
// the names of the files and functions that it touches.
func changeText(c incident.Change) string {
	var b strings.Builder
	b.WriteString(c.Summary)
	b.WriteByte(' ')
	b.WriteString(c.To)
	for line := range strings.Lines(c.Diff) {
		if strings.HasPrefix(line, "+++ ") || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "@@") {
			b.WriteByte(' ')
			b.WriteString(line)
		}
	}
	return b.String()
}

// stopWords say nothing about a cause.
const stopWords = " the and for with from this that into has have not are was but error errors failed fail dan yang di ke dari untuk dengan tidak pada "

// wordsOf counts words of three letters or more, in lower case.
func wordsOf(text string) map[string]float64 {
	out := map[string]float64{}
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	}) {
		if len(w) >= 3 && !strings.Contains(stopWords, " "+w+" ") {
			out[w]++
		}
	}
	return out
}
