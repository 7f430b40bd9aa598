package channeltest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

// TestWhatsAppRefusesWhatTheCloudAPIDoes breaks each rule of the contract.
func TestWhatsAppRefusesWhatTheCloudAPIDoes(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWhatsApp(t)
	post := func(token, path, body string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fake.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		answer, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(res.StatusCode, " ", string(answer))
	}
	const token, path, to = "EAAJB0123456789abcdef", "/106540352242922/messages", `"messaging_product":"whatsapp","to":"+6281234567890",`
	body := func(parameters string) string {
		return `{` + to + `"type":"template","template":{"name":"sigap_notice","language":{"code":"en"},"components":[{"type":"body","parameters":[` + parameters + `]}]}}`
	}
	variable := func(s string) string { return `{"type":"text","text":"` + s + `"}` }
	button := func(title string) string { return `{"type":"reply","reply":{"id":"/ack","title":"` + title + `"}}` }
	interactive := func(text, buttons string) string {
		return `{` + to + `"type":"interactive","interactive":{"type":"button","body":{"text":"` + text + `"},"action":{"buttons":[` + buttons + `]}}}`
	}
	three := variable("a") + "," + variable("b") + "," + variable("c")
	for name, c := range map[string]struct{ body, want string }{
		"a good template":            {body(three), `"message_status":"accepted"`},
		"a good message":             {`{` + to + `"type":"text","text":{"body":"x"}}`, `"wamid.`},
		"a product that is none":     {`{"to":"+6281234567890","type":"text"}`, `"code":100`},
		"a number that is none":      {`{"messaging_product":"whatsapp","to":"08","type":"text"}`, `"code":100`},
		"a type that is none":        {`{` + to + `"type":"smoke"}`, `"code":100`},
		"an empty text":              {`{` + to + `"type":"text","text":{"body":""}}`, `"code":100`},
		"a text of 4097":             {`{` + to + `"type":"text","text":{"body":"` + strings.Repeat("x", 4097) + `"}}`, `"code":100`},
		"a mark of 513":              {`{` + to + `"type":"text","text":{"body":"x"},"biz_opaque_callback_data":"` + strings.Repeat("x", 513) + `"}`, `"code":100`},
		"a template that is none":    {strings.ReplaceAll(body(three), "sigap_notice", "hello"), `"code":132001`},
		"a language that is none":    {strings.ReplaceAll(body(three), `"en"`, `"nl"`), `"code":132001`},
		"two variables of three":     {body(variable("a") + "," + variable("b")), `"code":132000`},
		"a line break in a variable": {body(variable(`a\nb`) + "," + variable("b") + "," + variable("c")), `"code":132018`},
		"an empty variable":          {body(variable("") + "," + variable("b") + "," + variable("c")), `"code":132018`},
		"a template over 1024":       {body(variable(strings.Repeat("x", 1024)) + "," + variable("b") + "," + variable("c")), `"code":132005`},
		"buttons that are missing":   {strings.ReplaceAll(body(three), "sigap_notice", "sigap_page"), `"code":132000`},
		"no button":                  {interactive("x", ""), `"code":131009`},
		"four buttons":               {interactive("x", button("a")+","+button("b")+","+button("c")+","+button("d")), `"code":131009`},
		"two of one name":            {interactive("x", button("a")+","+button("a")), `"code":131009`},
		"a button of 21":             {interactive("x", button(strings.Repeat("x", 21))), `"code":131009`},
		"a body of 1025":             {interactive(strings.Repeat("x", 1025), button("a")), `"code":131009`},
	} {
		if got := post(token, path, c.body); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := post("another", path, body(three)); !strings.Contains(got, `"code":190`) {
		t.Errorf("another token: %s", got)
	}
	if got := post(token, "/1/messages", body(three)); !strings.Contains(got, `"code":33`) {
		t.Errorf("another number: %s", got)
	}
	if got := fake.Lost(); len(got) != 1 || got[0].Text != "x" {
		t.Errorf("outside the window arrived what is no template: %+v", got)
	}
}

func TestWhatsAppTakes45AtOnceForOnePerson(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWhatsApp(t)
	at := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	fake.SetClock(func() time.Time { return at })
	codes := ""
	for range 46 {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, fake.URL+"/106540352242922/messages",
			strings.NewReader(`{"messaging_product":"whatsapp","to":"+6281234567890","type":"text","text":{"body":"x"}}`))
		r.Header.Set("Authorization", "Bearer EAAJB0123456789abcdef")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if strings.Contains(string(answer), "131056") {
			codes += "x"
		}
	}
	if codes != "x" {
		t.Errorf("%d of 46 were refused", len(codes))
	}
}
