package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Kind names what an entry states.
type Kind string

// Fact is what an entry states: it says how the record changes.
type Fact interface {
	Kind() Kind
	apply(*Incident, *Entry)
}

// Entry is one line of the timeline. It is never altered; a correction is
// another entry.
type Entry struct {
	Incident string          `json:"incident"`
	Seq      int             `json:"seq"` // 1 for the first
	Kind     Kind            `json:"kind"`
	At       time.Time       `json:"at"`       // of the fact
	Recorded time.Time       `json:"recorded"` // of its record
	Actor    Actor           `json:"actor"`
	Data     json.RawMessage `json:"data"` // the fact
	Prev     string          `json:"prev"` // hash of the entry before, empty for the first
	Hash     string          `json:"hash"`
}

// sum is the hash that chains e to the entry before it.
func (e *Entry) sum() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%d\n%s\n%d\n%d\n%s\n%s\n%s\n", e.Prev, e.Incident, e.Seq, e.Kind,
		e.At.UnixMicro(), e.Recorded.UnixMicro(), e.Actor.Kind, e.Actor.ID, e.Actor.Name)
	h.Write(e.Data)
	return hex.EncodeToString(h.Sum(nil))
}

// Fact reads the fact of e. An entry of a kind that this version does not know
// is an error: the record would not be the fold of its timeline.
func (e *Entry) Fact() (Fact, error) {
	read, ok := kinds[e.Kind]
	if !ok {
		return nil, fmt.Errorf("entry %d of %s has the unknown kind %q", e.Seq, e.Incident, e.Kind)
	}
	f, err := read(e.Data)
	if err != nil {
		return nil, fmt.Errorf("read %s entry %d of %s: %w", e.Kind, e.Seq, e.Incident, err)
	}
	return f, nil
}

// kinds reads each kind's fact. A new kind is one line here.
var kinds = map[Kind]func(json.RawMessage) (Fact, error){
	Opened{}.Kind(): fact[Opened], SignalJoined{}.Kind(): fact[SignalJoined], Judged{}.Kind(): fact[Judged], Shadowed{}.Kind(): fact[Shadowed],
	Evidence{}.Kind(): fact[Evidence], SeveritySet{}.Kind(): fact[SeveritySet], Declared{}.Kind(): fact[Declared],
	DismissedAs{}.Kind(): fact[DismissedAs], EndedBySelf{}.Kind(): fact[EndedBySelf], MergedInto{}.Kind(): fact[MergedInto],
	TookOver{}.Kind(): fact[TookOver], SplitOff{}.Kind(): fact[SplitOff], SplitFrom{}.Kind(): fact[SplitFrom],
	Retitled{}.Kind(): fact[Retitled], ChangeJudged{}.Kind(): fact[ChangeJudged],

	Notice{}.Kind(): fact[Notice], Receipt{}.Kind(): fact[Receipt], Escalated{}.Kind(): fact[Escalated],
	Required{}.Kind(): fact[Required], Unreached{}.Kind(): fact[Unreached], Waived{}.Kind(): fact[Waived],
	RoomOpened{}.Kind(): fact[RoomOpened],

	Joined{}.Kind(): fact[Joined], RoleTaken{}.Kind(): fact[RoleTaken], Note{}.Kind(): fact[Note],
	Finding{}.Kind(): fact[Finding], Hypothesis{}.Kind(): fact[Hypothesis], HypothesisJudged{}.Kind(): fact[HypothesisJudged],
	EvidenceLinked{}.Kind(): fact[EvidenceLinked], Reported{}.Kind(): fact[Reported], CauseConfirmed{}.Kind(): fact[CauseConfirmed],
	Pinned{}.Kind(): fact[Pinned], Corrected{}.Kind(): fact[Corrected],

	Option{}.Kind(): fact[Option], Voted{}.Kind(): fact[Voted], Decided{}.Kind(): fact[Decided],
	Task{}.Kind(): fact[Task], TaskAnswered{}.Kind(): fact[TaskAnswered], TaskDone{}.Kind(): fact[TaskDone],
	Proof{}.Kind(): fact[Proof], StepProposed{}.Kind(): fact[StepProposed], StatusSet{}.Kind(): fact[StatusSet],

	ClockSet{}.Kind(): fact[ClockSet], UpdateDue{}.Kind(): fact[UpdateDue], UpdateSent{}.Kind(): fact[UpdateSent],

	ReviewDrafted{}.Kind(): fact[ReviewDrafted], ReviewEdited{}.Kind(): fact[ReviewEdited], MeetingSet{}.Kind(): fact[MeetingSet],
	Action{}.Kind(): fact[Action], ActionSet{}.Kind(): fact[ActionSet], Published{}.Kind(): fact[Published], Graded{}.Kind(): fact[Graded],
}

func fact[T Fact](data json.RawMessage) (Fact, error) {
	var f T
	err := json.Unmarshal(data, &f)
	return f, err
}

// Replay folds a whole timeline into its incident and checks the chain on the
// way. The error names the first entry that does not fit.
func Replay(entries []Entry) (*Incident, error) {
	i := &Incident{}
	for n := range entries {
		e := &entries[n]
		if e.Seq != i.Seq+1 {
			return nil, fmt.Errorf("entry %d of %s is missing: the next one is %d", i.Seq+1, e.Incident, e.Seq)
		}
		if e.Prev != i.Head {
			return nil, fmt.Errorf("entry %d of %s does not follow the one before it", e.Seq, e.Incident)
		}
		if e.sum() != e.Hash {
			return nil, fmt.Errorf("entry %d of %s was altered", e.Seq, e.Incident)
		}
		f, err := e.Fact()
		if err != nil {
			return nil, err
		}
		i.take(e, f)
	}
	return i, nil
}
