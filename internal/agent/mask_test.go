package agent

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{`login with password=hunter2 failed`, `login with password=[masked] failed`},
		{`PASSWORD: "hunter 2", next`, `PASSWORD: "[masked]", next`},
		{`{"user":"ana","db_password":"p\"q","n":1}`, `{"user":"ana","db_password":"[masked]","n":1}`},
		{`"{\"token\":\"abc\",\"n\":1}"`, `"{\"token\":\"[masked]\",\"n\":1}"`},
		{`apiKey = 'abc'; x`, `apiKey = '[masked]'; x`},
		{`client_secret=abc&grant=x`, `client_secret=[masked]&grant=x`},
		{`api-key: abc`, `api-key: [masked]`},
		{`Authorization: Bearer abc.def`, `Authorization: [masked]`},
		{`Authorization: Basic dXNlcjpwYXNz`, `Authorization: [masked]`},
		{`got "Bearer abcdefghijklmnopqrst" here`, `got "Bearer [masked]" here`},
		{`Cookie: sid=1; b=2`, `Cookie: [masked]; b=2`},
		{`run --password hunter2 --verbose`, `run --password [masked] --verbose`},
		{`run --db-token=abc`, `run --db-token=[masked]`},
		{`PGPASSWORD=x psql`, `PGPASSWORD=[masked] psql`},
		{`dial postgres://app:s3cret@db:5432/shop?x=1`, `dial postgres://app:[masked]@db:5432/shop?x=1`},
		{`a redis://:pw@r and amqp://u:p@q/`, `a redis://:[masked]@r and amqp://u:[masked]@q/`},
		{`key AKIAIOSFODNN7EXAMPLE used`, `key [masked] used`},
		{`ghp_16C7e42F292c6912E7710c838347Ae178B4a`, `[masked]`},
		{`jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U.`, `jwt [masked]`},
		{"-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nrest", "-----BEGIN RSA PRIVATE KEY-----[masked]-----END RSA PRIVATE KEY-----\nrest"},
		{"-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----[masked]"},
		{`card 4111111111111111 declined`, `card [masked] declined`},
		{`card 4111 1111 1111 1111, cvv=123`, `card [masked], cvv=[masked]`},
		{`5500-0055-5555-5559 and 378282246310005`, `[masked] and [masked]`},
		{`customer_nik=3171234567890001`, `customer_nik=[masked]`},
		{`from ana.b+c@example.co.id to x`, `from [masked]@example.co.id to x`},
	}
	mask := newMasker(MaskConfig{Emails: true, Names: []string{"NIK"}})
	for _, tt := range tests {
		got := mask.text(tt.text)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: %s", tt.text, diff)
		}
		if again := mask.text(got); again != got {
			t.Errorf("masked twice, %q becomes %q", got, again)
		}
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	t.Parallel()
	mask := newMasker(MaskConfig{})
	for _, text := range []string{
		`order 4111111111111112 has a wrong check digit`,
		`took 1795518000123456789 ns, id 1234567890123456`,
		`password is wrong for ana`,
		`the secret of success: work`,
		`hotplug=1 scroll=2 keyboard=3 author: ana`,
		`token_file=/etc/x password_path: /y`,
		`GET http://example.com:8080/a@b?c=d`,
		`2026-11-24T11:00:00Z INFO served in 12ms`,
		`ana@example.com wrote`,
		`x4111111111111111`,
		`empty password= and token: `,
	} {
		if got := mask.text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestAttributesAreMaskedByName(t *testing.T) {
	t.Parallel()
	line := incident.LogLine{Body: "x", Attrs: map[string]string{"http.request.header.authorization": "abc", "url": "https://u:p@h/", "order": "17"}}
	newMasker(MaskConfig{}).line(&line)
	want := map[string]string{"http.request.header.authorization": masked, "url": "https://u:[masked]@h/", "order": "17"}
	if diff := cmp.Diff(want, line.Attrs); diff != "" {
		t.Error(diff)
	}
}
