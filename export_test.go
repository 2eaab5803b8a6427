package edo

import "time"

// RemindSoon makes a program that got a signal report its remaining tasks at once, and again
// and again, until the test ends. The lines come on the channel that RemindSoon returns.
func RemindSoon(t interface{ Cleanup(func()) }) <-chan string {
	after, every, on := remindAfter, remindEvery, remindOn
	lines := make(lineChan)
	remindAfter, remindEvery, remindOn = time.Millisecond, time.Millisecond, lines
	t.Cleanup(func() { remindAfter, remindEvery, remindOn = after, every, on })
	return lines
}

// lineChan is a writer that sends each line, and drops lines that are not received at once.
type lineChan chan string

func (c lineChan) Write(p []byte) (int, error) {
	select {
	case c <- string(p):
	default:
	}
	return len(p), nil
}
