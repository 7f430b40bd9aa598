package intake

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

// multipartForm is a form with text fields and a picture.
func multipartForm(t *testing.T, texts map[string]string) Request {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, text := range texts {
		if err := w.WriteField(name, text); err != nil {
			t.Fatal(err)
		}
	}
	file, err := w.CreateFormFile("message", "screen.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte{0x89, 'P', 'N', 'G', 0}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return Request{ContentType: w.FormDataContentType(), Body: b.Bytes()}
}

func TestAReportWithAPictureKeepsItsWords(t *testing.T) {
	t.Parallel()
	batch, err := parse(t, "report", multipartForm(t, map[string]string{"message": "Halaman putih", "service": "web"}))
	if err != nil || len(batch.Reports) != 1 || batch.Reports[0].Words != "Halaman putih" || batch.Reports[0].Service != "web" {
		t.Errorf("got %+v, %v", batch, err)
	}
}

func TestABrokenMultipartFormIsAProblem(t *testing.T) {
	t.Parallel()
	whole := multipartForm(t, map[string]string{"message": "words"})
	for name, req := range map[string]Request{
		"cut":         {ContentType: whole.ContentType, Body: whole.Body[:len(whole.Body)/2]},
		"no boundary": {ContentType: "multipart/form-data", Body: whole.Body},
	} {
		var problem *Error
		if batch, err := parse(t, "report", req); !errors.As(err, &problem) {
			t.Errorf("%s: got %+v, %v", name, batch, err)
		}
	}
}

func TestUptimeKumaMaySendItsForm(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/uptime-kuma/down.json")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := parse(t, "uptime-kuma", multipartForm(t, map[string]string{"data": string(body)}))
	if err != nil || len(batch.Signals) != 1 || batch.Signals[0].Identity != "monitor/12" {
		t.Errorf("got %+v, %v", batch, err)
	}
}

func TestGitHubMaySendItsForm(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/github/release.json")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := parse(t, "github", Request{
		ContentType: "application/x-www-form-urlencoded",
		Header:      http.Header{"X-Github-Event": {"release"}},
		Body:        []byte(url.Values{"payload": {string(body)}}.Encode()),
	})
	if err != nil || len(batch.Changes) != 1 || batch.Changes[0].To != "v2.4.1" {
		t.Errorf("got %+v, %v", batch, err)
	}
}

func TestTheStatesOfAGenericSignal(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]incident.SignalState{
		`{"title":"t"}`:                                       incident.Firing,
		`{"title":"t","status":"resolved"}`:                   incident.Resolved,
		`{"title":"t","state":"OK"}`:                          incident.Resolved,
		`{"title":"t","resolved":true}`:                       incident.Resolved,
		`{"title":"t","resolved":"false"}`:                    incident.Firing,
		`{"title":"t","resolved":false,"status":"recovered"}`: incident.Resolved,
		`{"title":"t","status":"acknowledged"}`:               incident.Acknowledged,
		`{"title":"t","status":"some word"}`:                  incident.Firing,
		`{"title":"t","status":500}`:                          incident.Firing,
		`{"title":"t","endsAt":"2026-11-24T02:00:00Z"}`:       incident.Resolved,
		`{"title":"t","endsAt":"2026-11-24T04:00:00Z"}`:       incident.Firing,
		`{"title":"t","status":"firing","endsAt":1795485600}`: incident.Firing,
	} {
		batch, err := parse(t, "generic", Request{ContentType: "application/json", Body: []byte(body)})
		if err != nil || len(batch.Signals) != 1 || batch.Signals[0].State != want {
			t.Errorf("%s: got %+v, %v, want %s", body, batch.Signals, err, want)
		}
	}
}
