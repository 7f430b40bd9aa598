package directory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

func TestContactsAreChosenByUseAndSomeAreAlwaysThere(t *testing.T) {
	t.Parallel()
	mail := directory.Contact{ID: "mail", Use: directory.UseOther}
	chat := directory.Contact{ID: "chat"}
	call := directory.Contact{ID: "call", Use: directory.UseUrgent}
	for _, tt := range []struct {
		have   []directory.Contact
		urgent bool
		want   []directory.Contact
	}{
		{[]directory.Contact{mail, chat, call}, true, []directory.Contact{chat, call}},
		{[]directory.Contact{mail, chat, call}, false, []directory.Contact{mail, chat}},
		{[]directory.Contact{mail}, true, []directory.Contact{mail}},
		{[]directory.Contact{call}, false, []directory.Contact{call}},
		{nil, true, nil},
	} {
		if diff := cmp.Diff(tt.want, directory.For(tt.have, tt.urgent)); diff != "" {
			t.Errorf("of %v for urgent %v (-want +got):\n%s", tt.have, tt.urgent, diff)
		}
	}
}

func TestAContactThatIsNotVerifiedIsNotUsed(t *testing.T) {
	t.Parallel()
	chat := directory.Contact{ID: "chat", Verified: time.Unix(1, 0)}
	if diff := cmp.Diff([]directory.Contact{chat}, directory.Verified([]directory.Contact{{ID: "mail"}, chat})); diff != "" {
		t.Error(diff)
	}
}

func TestAUseOrAWaitThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	minutes := func(n int) *int { return &n }
	for field, c := range map[string]directory.Contact{"use": {Use: "sometimes"}, "after": {After: minutes(61)}, "": {Use: directory.UseUrgent, After: minutes(0)}} {
		p := directory.Person{Name: "Rina", Email: "rina@example.com", Right: incident.Responder, Contacts: []directory.Contact{c}}
		p.Normalize()
		err := p.Validate()
		if e, refused := errors.AsType[*incident.Error](err); refused != (field != "") || refused && e.Field != field {
			t.Errorf("%+v is answered with %v", c, err)
		}
	}
}
