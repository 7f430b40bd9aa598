package drill

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// mailbox is where the players' messages arrive: each has a webhook of their
// own, as if it were their phone.
type mailbox struct {
	listener net.Listener
	server   *http.Server

	mu      sync.Mutex
	letters []letter
	news    chan struct{}
}

// letter is a message that one player got.
type letter struct {
	To      string // the player's id
	Title   string
	Links   []string
	Arrived time.Time
}

func newMailbox(address string) (*mailbox, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for the players' messages: %w", err)
	}
	m := &mailbox{listener: l, news: make(chan struct{}, 1)}
	m.server = &http.Server{Handler: http.HandlerFunc(m.receive), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = m.server.Serve(l) }()
	return m, nil
}

func (m *mailbox) address(player string) string {
	return "http://" + m.listener.Addr().String() + "/phone/" + player
}

func (m *mailbox) close() { _ = m.server.Close() }

func (m *mailbox) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var in struct {
		Title   string `json:"title"`
		Actions []struct {
			URL string `json:"url"`
		} `json:"actions"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	l := letter{To: strings.TrimPrefix(r.URL.Path, "/phone/"), Title: in.Title, Arrived: time.Now()}
	for _, a := range in.Actions {
		l.Links = append(l.Links, a.URL)
	}
	m.mu.Lock()
	m.letters = append(m.letters, l)
	m.mu.Unlock()
	select {
	case m.news <- struct{}{}:
	default:
	}
	w.WriteHeader(http.StatusNoContent)
}

// of gives the messages that a player got so far.
func (m *mailbox) of(player string) []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []letter
	for _, l := range m.letters {
		if l.To == player {
			out = append(out, l)
		}
	}
	return out
}
