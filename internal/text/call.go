package text

// CallPrompt asks the one who is called for a key.
func (r Reader) CallPrompt() string { return r.say("call.prompt") }

// CallAnswer is what is said after a key: taken, passed, unknown or late.
func (r Reader) CallAnswer(code string) string { return r.say("call." + code) }
