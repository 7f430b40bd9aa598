package channel

import (
	"context"
	"maps"
	"net/url"
	"strings"
)

// Rooms are incoming webhooks of a chat service, each the address of one room,
// by the name that contacts give the room. Such an address is a secret: who
// has it may write there.
type Rooms map[string]Secret

func (r Rooms) validate() error {
	if err := must(len(r) > 0, "rooms", "give at least one room: a name and the address of its incoming webhook"); err != nil {
		return err
	}
	for name, address := range r {
		u, err := url.Parse(address.Reveal())
		ok := err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil
		if err := must(name != "" && ok, "rooms", "the address of the room "+name+" is not an http or https URL"); err != nil {
			return err
		}
	}
	return nil
}

// address returns the webhook of a room, with query added to what it has.
func (r Rooms) address(name string, query url.Values) (string, *Error) {
	secret, ok := r[name]
	if !ok {
		return "", permanent("there is no room of that name in the channel's configuration")
	}
	u, err := url.Parse(secret.Reveal())
	if err != nil {
		return "", permanent("the address of the room is not a URL")
	}
	all := u.Query()
	maps.Copy(all, query)
	u.RawQuery = all.Encode()
	return u.String(), nil
}

// secrets returns what of the room's address must not show in an error.
func (r Rooms) secrets(name string) []string {
	u, err := url.Parse(r[name].Reveal())
	if err != nil {
		return nil
	}
	return []string{r[name].Reveal(), u.RequestURI(), u.Path}
}

// postRoom posts v to a room's webhook and returns the answer if it is a 2xx.
func postRoom(ctx context.Context, deps Deps, rooms Rooms, name string, query url.Values, v any) (answer, *Error) {
	address, failed := rooms.address(name, query)
	if failed != nil {
		return answer{}, failed
	}
	got, failed := postJSON(ctx, deps.HTTP, address, v)
	if failed == nil && got.status/100 != 2 {
		failed = statusError(got, deps.Now(), rooms.secrets(name)...)
	}
	return got, failed
}

var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `~`, `\~`, `|`, `\|`, `[`, `\[`, `]`, `\]`,
	`<`, `\<`, `>`, `\>`, `#`, `\#`, `@`, "@\u200b",
)

// markdown writes text so that its characters show as they are, in the
// services that read Markdown. An @ is parted from the name behind it by a
// space of no width, so that a log line cannot call everybody.
func markdown(text string) string { return markdownEscaper.Replace(text) }

// markdownLength is the length of a text as markdown writes it.
func markdownLength(text string) int { return runes(markdown(text)) }

// markdownLinks writes actions as links, for services whose webhooks cannot
// have buttons; the first is the one that matters.
func markdownLinks(actions []Action) string {
	var links []string
	for _, a := range actions {
		link := "[" + markdown(a.Label) + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20").Replace(a.URL) + ")"
		if a.Primary {
			link = "**" + link + "**"
		}
		links = append(links, link)
	}
	return strings.Join(links, "   ")
}

// markdownBody is the lines of m within limit, and under them the links.
func markdownBody(m Message, limit int) string {
	links := markdownLinks(m.Actions)
	if runes(links) > limit-100 { // links that leave no room for words are none that a person wants
		links = ""
	}
	body := markdown(strings.Join(cutLines(m.Lines, limit-runes(links)-2, markdownLength), "\n"))
	return strings.TrimSpace(body + "\n\n" + links)
}
