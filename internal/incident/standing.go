package incident

// Rarity is how often such alerts begin among all of their service.
type Rarity string

const (
	Frequent Rarity = "frequent" // a fifth of them, or more
	Rare     Rarity = "rare"     // a twentieth, or less
	Unseen   Rarity = "unseen"   // none in thirty days
)

// Standing is what the last thirty days say of alerts such as one.
type Standing struct {
	Rarity Rarity // empty: neither often nor seldom, or too little is known
	Times  int    // how often such began before
	Of     int    // of all of their service
	Noise  int    // 0 to 100: how common its words are among all that was heard; 0 if too little is known
}

// Noisy is a kind of alert that comes often and is mostly nothing.
type Noisy struct {
	Alert   string      `json:"alert"` // id of one of them
	Title   string      `json:"title"`
	Service string      `json:"service"`
	Sender  string      `json:"sender"`
	Times   int         `json:"times"`  // in thirty days, at least
	Alerts  int         `json:"alerts"` // how many of the kind there are, one an instance
	Real    int         `json:"real"`   // candidates with it that were declared
	Of      int         `json:"of"`     // candidates with it
	Advice  NoiseAdvice `json:"advice"`
}

// NoiseAdvice is what to do about a noisy alert.
type NoiseAdvice string

const (
	AdviseSteady NoiseAdvice = "steady" // it comes and goes: let the sender wait until it lasts
	AdviseGroup  NoiseAdvice = "group"  // one an instance: let the sender send one for all
	AdviseRemove NoiseAdvice = "remove" // never an incident: silence it, or take it away at the sender
	AdviseLimit  NoiseAdvice = "limit"  // seldom one: a higher limit at the sender
)
