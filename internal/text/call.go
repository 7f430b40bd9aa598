package text

// CallPrompt asks the one who is called for a key.
func (r Reader) CallPrompt() string { return r.say("call.prompt") }

// Take is the button that takes a page where it is shown.
func (r Reader) Take() string { return r.say("push.take") }

// Taken says that it was taken.
func (r Reader) Taken() string { return r.say("push.taken") }

// PassOn is the button that passes a page on to the next person.
func (r Reader) PassOn() string { return r.say("push.pass") }

// CallAnswer is what is said after a key: taken, passed, unknown or late.
func (r Reader) CallAnswer(code string) string { return r.say("call." + code) }
