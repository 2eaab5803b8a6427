package poller

// pace decides from the last waits how the next one begins.
//
// To block and to be woken costs some 2 µs of processor time, and 5 µs until
// the thread runs again on a processor that has fallen asleep. So it pays to look first
// when something is likely to be there:
//
//	the last wait                             the next one begins with
//	ended with several events                 one look: others will have come meanwhile
//	was brief, and ended with one: there is   looks for up to 20 µs, now and then
//	a single conversation, and its other
//	side answers at once
//	otherwise                                 none
//
// The looks are what one connection's round trip gains by, and what it costs: while
// they last they keep a processor busy. So only one wait in spinEvery begins with them,
// and one in spinAgain once they have been in vain.
type pace struct {
	crowded bool
	alone   bool
	rest    int // waits until looks may be repeated
}

const (
	spinLooks = 80     // of some 250 ns
	brief     = 40_000 // nanoseconds
	spinEvery = 2
	spinAgain = 64
)

// looks returns how many looks a wait begins with.
func (p *pace) looks() int {
	switch {
	case p.crowded:
		return 1
	case !p.alone:
		return 0
	case p.rest > 0:
		p.rest--
		return 0
	}
	p.rest = spinAgain - 1
	return spinLooks
}

// found says that a look has found n events.
func (p *pace) found(n int) {
	p.crowded, p.alone = n > 1, n == 1
	p.rest = spinEvery - 1
}

// waited says that a wait that blocked took so long, and ended with n events.
func (p *pace) waited(n int, took int64) {
	p.crowded, p.alone = n > 1, n == 1 && took < brief
}
