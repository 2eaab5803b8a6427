package lost

import (
	"slices"
	"sync"
	"time"
)

// maxRecent is how many reports Recent returns.
const maxRecent = 32

// Report is what was reported, and when.
type Report struct {
	At   time.Time
	What string
}

var (
	recentMu sync.Mutex // guards the following
	recent   []Report   // the newest last
	reports  uint64     // ever
)

// keepRecent keeps err for [Recent], unless it is nil.
func keepRecent(err error) {
	if err == nil {
		return
	}
	what := err.Error() // before the lock: it may be the program's
	recentMu.Lock()
	defer recentMu.Unlock()
	if len(recent) == maxRecent {
		recent = slices.Delete(recent, 0, 1)
	}
	recent = append(recent, Report{time.Now(), what})
	reports++
}

// Recent returns what was reported last, up to 32 things with the newest last, and how many were
// reported ever.
func Recent() (last []Report, ever uint64) {
	recentMu.Lock()
	defer recentMu.Unlock()
	return slices.Clone(recent), reports
}

// Open returns how many things were made and neither closed nor found.
func Open() int64 { return watched.Load() }
