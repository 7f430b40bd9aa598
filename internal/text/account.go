package text

// PasswordReset is the mail with the link to choose a new password.
func (r Reader) PasswordReset(link string) Words {
	return Words{Title: r.say("reset.title"), Lines: []string{r.say("reset.line"), r.say("reset.ignore")},
		Actions: []Action{{Label: r.say("reset.button"), URL: link, Primary: true}}}
}

// Invitation is the mail to somebody who gets an account; by may be empty.
func (r Reader) Invitation(by, link string) Words {
	return Words{Title: r.say("invite.title"), Lines: []string{r.say("invite.line", "by", oneLine(by)), r.say("invite.what")},
		Actions: []Action{{Label: r.say("invite.button"), URL: link, Primary: true}}}
}

// Test is a message that tries a channel or a contact. Its code, if there is
// one, verifies the contact when it is typed in.
func (r Reader) Test(name, code string) Words {
	w := Words{Title: r.say("test.title"), Lines: []string{r.say("test.line", "name", oneLine(name))}}
	if code != "" {
		w.Lines = append(w.Lines, r.say("test.code", "code", code))
	}
	return w
}
