package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// drawn is a build as the page's own leaves it, as far as the first look needs it.
var drawn = fstest.MapFS{
	"index.html": {Data: []byte("<!doctype html>\n<html lang=\"en\">\n<head>\n<title>Sigap</title>\n" +
		`<link rel="preload" href="/assets/inter.woff2" as="font" type="font/woff2" crossorigin />` + "\n" +
		`<script src="/theme.js"></script>` + "\n" + `<script type="module" crossorigin src="/assets/index-1a.js"></script>` + "\n" +
		`<link rel="stylesheet" crossorigin href="/assets/style-3c.css">` + "\n</head>\n<body>\n<div id=\"app\"></div>\n</body>\n</html>\n")},
	"theme.js":            {Data: []byte("theme()")},
	"assets/index-1a.js":  {Data: []byte("go()")},
	"assets/style-3c.css": {Data: []byte("b{color:red}i{color:blue}")},
	".vite/manifest.json": {Data: []byte(`{"index.html":{"file":"assets/index-1a.js"},"src/pages/Incident.svelte":{"file":"assets/Incident-2b.js"}}`)},
	".vite/first.css":     {Data: []byte("b{color:red}")},
	".vite/first.json": {Data: []byte(`{"icons":{"pin":"<path/>"},
		"en":{"texts":{"timeline":{"title":"Timeline","alike":"and {} more like it"},"head":{"impact":"impact since {}"}},
			"weekdays":["Sunday","Monday","Tuesday","Wednesday","Thursday","Friday","Saturday"],"months":["January","February","March","April","May","June","July","August","September","October","November","December"],
			"shortMonths":["Jan","Feb","Mar","Apr","May","Jun","Jul","Aug","Sept","Oct","Nov","Dec"],"longDay":"{weekday} {day} {month} {year}"},
		"id":{"texts":{"timeline":{"title":"Lini masa"},"head":{"impact":"berdampak sejak {}"}},
			"weekdays":["Minggu","Senin","Selasa","Rabu","Kamis","Jumat","Sabtu"],"months":["Januari","Februari","Maret","April","Mei","Juni","Juli","Agustus","September","Oktober","November","Desember"],
			"shortMonths":["Jan","Feb","Mar","Apr","Mei","Jun","Jul","Agu","Sep","Okt","Nov","Des"],"longDay":"{weekday}, {day} {month} {year}"}}`)},
}

const (
	aView = `{"incident":{"title":"Login <fails>","number":7,"service":"login","status":"investigating","severity":1,"pins":[2]},"ref":"INC-7","statusText":"Investigating",
		"rail":[{"stage":"identify","progress":"done"},{"stage":"act","progress":"now"}],"impactFrom":"2026-11-23T16:50:00Z","you":{"right":"responder"},"now":"2026-11-24T02:00:05Z"}`
	someEntries = `{"items":[{"seq":1,"kind":"note","at":"2026-11-23T16:59:00Z","text":"**Rina** saw </script><img src=x>"},
		{"seq":2,"kind":"note","at":"2026-11-23T17:01:00Z","text":"` + "`a < b`" + ` and **half","icon":"chat"},
		{"seq":3,"kind":"receipt","tone":"minor","at":"2026-11-24T01:01:00Z","text":"one"},{"seq":4,"kind":"receipt","tone":"minor","at":"2026-11-24T01:01:00Z","text":"two"},
		{"seq":5,"kind":"receipt","tone":"minor","at":"2026-11-24T01:01:00Z","text":"three"}]}`
)

// open answers with the page of an incident for a reader in Jakarta.
func open(t *testing.T, person string, cookies ...*http.Cookie) (http.Header, string) {
	t.Helper()
	answers := map[string]string{"/session": `{"person":` + person + `}`, "/incidents/INC-7": aView, "/incidents/INC-7/entries?limit=60": someEntries}
	r := httptest.NewRequest(http.MethodGet, "/incidents/INC-7", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	w.Header().Set("Content-Security-Policy", "script-src 'self'; style-src 'self'")
	newServer(drawn).ServeHTTP(w, r.WithContext(WithAsk(context.Background(), func(address string) []byte { return []byte(answers[address]) })))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Header(), string(body)
}

const inJakarta = `{"name":"Rina Wijaya","lang":"en","theme":"dark","timezone":"Asia/Jakarta"}`

func TestTheNewestEntriesStandInThePageItself(t *testing.T) {
	t.Parallel()
	_, page := open(t, inJakarta)
	for _, want := range []string{
		`<html lang="en" data-theme="dark"`, `<h1 class="incident-Header">Login &lt;fails&gt;</h1>`, "SEV1", "impact since 23 Nov, 23:50", "9:10:05",
		`<b class="lib-ui-Rich">Rina</b> saw &lt;/script&gt;&lt;img src=x&gt;`, `<code>a &lt; b</code> and **half`,
		"<span>Monday 23 November 2026</span>", "<span>Tuesday 24 November 2026</span>", ">23:59</time>", ">00:01</time>",
		`data-seq="5"`, "three", "and 2 more like it",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, not := range []string{`data-seq="3"`, "<img"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %s", not)
		}
	}
	if newest, answers := strings.Index(page, `data-seq="5"`), strings.Index(page, "data-answer"); newest > answers {
		t.Error("the answers stand before what is seen first")
	}
}

func TestTheFirstLookSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	_, page := open(t, strings.ReplaceAll(inJakarta, `"en"`, `"id"`))
	for _, want := range []string{`<html lang="id"`, "Lini masa", "berdampak sejak 23 Nov, 23.50", ">00.01</time>", "<span>Selasa, 24 November 2026</span>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestThePolicyNamesWhatIsWrittenIntoThePageAndNothingElse(t *testing.T) {
	t.Parallel()
	h, page := open(t, inJakarta)
	policy := h.Get("Content-Security-Policy")
	found := regexp.MustCompile(`(?s)<(style|script)(?: type="module")?>(.*?)</`).FindAllStringSubmatch(page, -1)
	if len(found) != 2 {
		t.Fatalf("%d elements run or style, want the sheet and the script that starts the app", len(found))
	}
	for _, e := range found {
		sum := sha256.Sum256([]byte(e[2]))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, e[1]+"-src 'self' ") || !strings.Contains(policy, hash) {
			t.Errorf("the policy %q does not allow the %s", policy, e[1])
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is open: %q", policy)
	}
}

func TestTheAppWaitsUntilTheFirstLookIsOnTheScreen(t *testing.T) {
	t.Parallel()
	_, page := open(t, inJakarta)
	for _, want := range []string{`<link rel="later-modulepreload" crossorigin href="/assets/Incident-2b.js">`, `<link rel="later-stylesheet" crossorigin href="/assets/style-3c.css">`, `import("/assets/index-1a.js")`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if regexp.MustCompile(`<script[^>]* src=|rel="(stylesheet|preload|modulepreload)"`).MatchString(page) {
		t.Errorf("something is fetched before the first look is drawn")
	}
}

func TestTheLettersAreAwaitedOnlyByWhoHasThem(t *testing.T) {
	t.Parallel()
	if _, page := open(t, inJakarta); !strings.Contains(page, `class="early"`) || strings.Contains(page, "inter.woff2") {
		t.Error("the first time the page waits for its letters")
	}
	if _, page := open(t, inJakarta, &http.Cookie{Name: hereCookie, Value: "Asia%2FJakarta"}); strings.Contains(page, `class="early"`) || !strings.Contains(page, "inter.woff2") {
		t.Error("later the page begins in other letters")
	}
}

func TestATimeIsSaidOnlyWhereTheZoneIsKnown(t *testing.T) {
	t.Parallel()
	const nowhere = `{"name":"Rina","lang":"en"}`
	for name, test := range map[string]struct {
		person, cookie string
		known          bool
	}{
		"the account's": {inJakarta, "Europe%2FParis", true}, "the browser's": {nowhere, "Asia%2FJakarta", true},
		"none": {nowhere, "", false}, "no zone": {nowhere, "Mars%2FBase", false}, "a path": {nowhere, "..%2Fetc%2Fpasswd", false}, "no text": {nowhere, "%zz", false},
	} {
		_, page := open(t, test.person, &http.Cookie{Name: hereCookie, Value: test.cookie})
		if got := strings.Contains(page, ">00:01</time>"); got != test.known || !strings.Contains(page, "three") {
			t.Errorf("%s: times are said: %v, want %v, and the entries either way", name, got, test.known)
		}
	}
}

func TestNothingIsDrawnForNobody(t *testing.T) {
	t.Parallel()
	if _, page := open(t, "null"); strings.Contains(page, `id="first"`) || !strings.Contains(page, `<div id="app">`) || !strings.HasSuffix(page, "</html>\n") {
		t.Errorf("want the page without a first look, got %q", page)
	}
}

func TestAFaceIsTheSameAsTheAppDrawsIt(t *testing.T) {
	t.Parallel()
	// As lib/ui/Face.svelte makes them.
	for name, want := range map[string]face{"Rina Wijaya": {"RW", 0}, "Andi": {"AN", 6}, "": {"?", 7}, "O'Neil, Åsa": {"OÅ", 7}} {
		if got := faceOf(name); got != want {
			t.Errorf("%q has %v, want %v", name, got, want)
		}
	}
}

func TestAClockFaceReadsAsTheAppsDoes(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{-time.Second: "0:00", 26 * time.Second: "0:26", 752 * time.Second: "12:32", 6485 * time.Second: "1:48:05", 51 * time.Hour: "2 d 3 h"} {
		if got := (shown{Reader: reader{Lang: "en"}}).clockFace(d); got != want {
			t.Errorf("%s reads %q, want %q", d, got, want)
		}
	}
	if got := (shown{Reader: reader{Lang: "id"}}).clockFace(51 * time.Hour); got != "2 h 3 j" {
		t.Errorf("in Indonesian two days read %q", got)
	}
}
