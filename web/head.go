package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// frame is index.html in parts, with its style sheet and its short scripts
// written into it: each would be a journey before anything can be drawn. What
// is written in has its hash in the content security policy, so nothing else
// runs or styles.
type frame struct {
	known, unknown string // the head for a reader whose theme and language the server knows, and for others
	body, end      string
	catalog        string              // a link to the Indonesian texts
	letters        string              // a link to the letters of most of the text
	hashes         map[string][]string // by element
}

var (
	sheetLink   = regexp.MustCompile(`<link rel="stylesheet"[^>]*href="([^"]+)">\n?`)
	fontLink    = regexp.MustCompile(`<link rel="preload"[^>]*as="font"[^>]*>\n?`)
	themeScript = regexp.MustCompile(`<script src="(/theme\.js)"></script>\n?`)
	entryScript = regexp.MustCompile(`<script type="module"[^>]*src="([^"]+)"></script>\n?`)
)

const (
	htmlTag = `<html lang="en">`

	// afterPaint starts the app of a page that the server has drawn: once that is
	// on the screen, so that neither its files nor its work stand in the way. In a
	// tab behind others nothing is drawn.
	afterPaint = `const first = document.getElementById("first"), find = (rel) => document.querySelectorAll("link[rel=" + rel + "]");
if (first && !document.hidden) await new Promise((go) => {
  new PerformanceObserver((l) => l.getEntriesByName("first-contentful-paint").length && go()).observe({ type: "paint", buffered: true });
  setTimeout(go, 300);
});
for (const link of find("later-modulepreload")) link.rel = "modulepreload";
await Promise.all([...find("later-stylesheet")].map((link) => new Promise((go) => { link.onload = link.onerror = go; link.rel = "stylesheet"; })));
import("%s");
`
)

// cut reads index.html, for pages that the server draws, with the first part of
// the style sheet, or for those that the app does; false if it is not as the
// build writes it.
func (s *server) cut(manifest map[string]chunk, p page, firstSheet []byte) (*frame, bool) {
	_, inside, opened := strings.Cut(string(s.index.body), htmlTag)
	head, rest, headed := strings.Cut(inside, "</head>")
	body, end, closed := strings.Cut(rest, "</body>")
	entry, sheet := entryScript.FindStringSubmatch(head), sheetLink.FindStringSubmatch(head)
	if !opened || !headed || !closed || entry == nil || sheet == nil || s.assets[sheet[1]] == nil {
		return nil, false
	}
	f := &frame{body: body, end: end, letters: fontLink.FindString(head), hashes: map[string][]string{}}
	head = fontLink.ReplaceAllString(head, "")
	preload := links(manifest, "index.html", "")
	preload += links(manifest, p.module, preload)
	f.catalog = links(manifest, "src/lib/i18n/id.ts", preload)
	if p.draws && firstSheet != nil {
		head = strings.Replace(head, sheet[0], f.written("style", "", string(firstSheet))+later(sheet[0]), 1)
		head = strings.Replace(head, entry[0], f.written("script", ` type="module"`, fmt.Sprintf(afterPaint, entry[1])), 1)
		head += `<link rel="expect" href="#drawn" blocking="render">` + "\n"
		preload, f.catalog = later(preload), later(f.catalog)
	} else {
		head = strings.Replace(head, sheet[0], f.written("style", "", string(s.assets[sheet[1]].body)), 1)
	}
	head += preload
	f.known = themeScript.ReplaceAllString(head, "")
	f.unknown = head
	if theme := s.assets["/theme.js"]; theme != nil {
		f.unknown = strings.Replace(head, themeScript.FindString(head), f.written("script", "", string(theme.body)), 1)
	}
	return f, true
}

// later makes links wait until the first look is on the screen.
func later(links string) string { return strings.ReplaceAll(links, `<link rel="`, `<link rel="later-`) }

// written is an element with a text that the policy will allow.
func (f *frame) written(tag, attributes, text string) string {
	sum := sha256.Sum256([]byte(text))
	f.hashes[tag] = append(f.hashes[tag], "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	return "<" + tag + attributes + ">" + text + "</" + tag + ">\n"
}

// allow adds to the policy what is written into the page.
func (f *frame) allow(h http.Header) {
	policy := h.Get("Content-Security-Policy")
	for tag, hashes := range f.hashes {
		part := tag + "-src 'self'"
		policy = strings.Replace(policy, part, part+" "+strings.Join(hashes, " "), 1)
	}
	if policy != "" {
		h.Set("Content-Security-Policy", policy)
	}
}

// begin is how the page begins for a reader. Where the server knows theme and
// language, no script has to find them. Who was never here has none of the
// letters yet: the page begins with the device's own instead of waiting, or
// being laid out twice.
func (f *frame) begin(r reader) string {
	attributes, head, letters := ` lang="en"`, f.unknown, f.letters
	if r.Lang != "" {
		attributes, head = ` lang="`+html.EscapeString(r.Lang)+`"`, f.known
	}
	if r.Theme == "light" || r.Theme == "dark" {
		attributes += ` data-theme="` + r.Theme + `"`
	}
	if !r.beenHere {
		attributes, letters = attributes+` class="early"`, ""
	}
	if r.indonesian() {
		head += f.catalog
	}
	return "<!doctype html>\n<html" + attributes + ">" + head + letters + "</head>" + f.body
}

// reader is what the server knows of who opens a page.
type reader struct {
	Name     string `json:"name"`
	Lang     string `json:"lang"` // empty for nobody
	Theme    string `json:"theme"`
	Timezone string `json:"timezone"`

	preferred string         // the browser's language
	beenHere  bool           // the browser has the letters
	zone      *time.Location // nil if not known
}

// hereCookie says that the app has run in this browser, and in which time zone;
// the app sets it.
const hereCookie = "sigap_here"

func readReader(session []byte, r *http.Request) reader {
	var s struct {
		Person *reader `json:"person"`
	}
	var out reader
	if json.Unmarshal(session, &s) == nil && s.Person != nil {
		out = *s.Person
		out.Lang = cmp.Or(out.Lang, "en")
	}
	out.preferred = strings.ToLower(r.Header.Get("Accept-Language"))
	if c, err := r.Cookie(hereCookie); err == nil {
		out.beenHere = true
		zone, err := url.QueryUnescape(c.Value)
		if err == nil {
			out.Timezone = cmp.Or(out.Timezone, zone)
		}
	}
	if zone, err := time.LoadLocation(out.Timezone); err == nil && out.Timezone != "" {
		out.zone = zone
	}
	return out
}

// indonesian reports whether the page will begin in Indonesian.
func (r reader) indonesian() bool {
	return r.Lang == "id" || (r.Lang == "" && strings.HasPrefix(r.preferred, "id"))
}
