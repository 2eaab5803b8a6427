package poller

// pace decides from the last waits how the next one begins.
//
// To block and to be woken costs some 2 µs of processor time, and 5 µs until
// the thread runs again on a processor that has fallen asleep. So a wait looks first
// when an event is likely to be there:
//
//	the last wait                              the next one begins with
//	ended with several events                  one look: more will have come meanwhile
//	was brief and ended with one event: there  looks for up to 20 µs, now and then
//	is a single conversation, and its other
//	side answers at once
//	otherwise                                  no look
//
// These looks shorten the round trip of a single connection, but they keep a processor
// busy while they last. So only one wait in spinEvery begins with them, and one in
// spinAgain once they have found nothing.
type pace struct {
	severalEvents bool
	oneEvent      bool
	rest          int // waits until looks may be repeated
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
	case p.severalEvents:
		return 1
	case !p.oneEvent:
		return 0
	case p.rest > 0:
		p.rest--
		return 0
	}
	p.rest = spinAgain - 1
	return spinLooks
}

// noteLook notes that a look has found n events.
func (p *pace) noteLook(n int) {
	p.severalEvents, p.oneEvent = n > 1, n == 1
	p.rest = spinEvery - 1
}

// noteWait notes that a wait that blocked took so long, and ended with n events.
func (p *pace) noteWait(n int, took int64) {
	p.severalEvents, p.oneEvent = n > 1, n == 1 && took < brief
}
