package link

import (
	"sync"
	"time"
)

// absence tells of a broker that is away for long. The fields but telling are guarded by Conn.mu.
type absence struct {
	after  time.Duration
	tell   func(away time.Duration, isBack bool) // nil: nothing is told
	timer  *time.Timer                           // until it is told; nil: the broker is there
	isTold bool

	telling sync.Mutex // held while tell is called: what is told comes in its order
}

// TellAway has tell called when the broker is away for that long, and when it is back after that. It is called on a
// goroutine that must not be blocked.
func (c *Conn) TellAway(after time.Duration, tell func(away time.Duration, isBack bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.absence.after, c.absence.tell = after, tell
	if c.lost.After(c.since) { // it has gone just now
		c.awaitReturn()
	}
}

// awaitReturn has the absence told unless it ends soon. The caller holds mu.
func (c *Conn) awaitReturn() {
	a := &c.absence
	if a.tell == nil || c.isClosed || a.timer != nil {
		return
	}
	a.timer = time.AfterFunc(a.after, c.tellAway)
}

// tellAway tells that the broker is away, if it is.
func (c *Conn) tellAway() {
	a := &c.absence
	a.telling.Lock()
	defer a.telling.Unlock()
	c.mu.Lock()
	away := time.Since(c.lost)
	isAway := a.timer != nil && away >= a.after // the timer of an absence that has ended may fire into the next one
	a.isTold = a.isTold || isAway
	c.mu.Unlock()
	if isAway {
		a.tell(away, false)
	}
}

// endAbsence notes that the broker is back, or that the Conn is closed. The caller holds mu. It returns what is called
// without mu.
func (c *Conn) endAbsence() (tell func()) {
	a := &c.absence
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	wasTold, away := a.isTold, c.away
	a.isTold = false
	return func() {
		if wasTold {
			a.telling.Lock()
			defer a.telling.Unlock()
			a.tell(away, true)
		}
	}
}
