package carried

import (
	"bytes"
	"runtime"
	"time"
)

// Locked in words, and the bubble: both are in the head of a stack trace,
//
//	goroutine 17 [running, locked to thread, synctest bubble 3]:
//
// which is for people, and may change: then the answer is no.

var (
	lockedWords = []byte(", locked to thread")
	bubbleWords = []byte(", synctest bubble ")
)

// head returns the head of the caller's stack trace. It costs some microseconds, and more
// when the stack is deep.
func head(buf []byte) []byte {
	buf = buf[:runtime.Stack(buf, false)]
	if i := bytes.IndexByte(buf, '\n'); i >= 0 {
		buf = buf[:i]
	}
	return buf
}

func lockedInWords() bool {
	var buf [128]byte
	return bytes.Contains(head(buf[:]), lockedWords)
}

// started is when the program did, on the system's clock.
var started = time.Now().Unix()

// InBubble says whether the calling goroutine is in a bubble of testing/synctest, where the
// clock is not the system's, and what belongs to the bubble and what does not must not
// meet. The clock of a bubble starts in the year 2000, so outside of one, and in one that has
// slept for decades, the answer is no for the price of a look at the clock, some 50 ns.
func InBubble() bool {
	if time.Now().Unix() >= started {
		return false
	}
	var buf [128]byte
	return bytes.Contains(head(buf[:]), bubbleWords)
}
