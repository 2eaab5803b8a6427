package carried

import (
	"bytes"
	"runtime"
	"time"
)

// The head of a stack trace says whether the goroutine is locked, and its bubble:
//
//	goroutine 17 [running, locked to thread, synctest bubble 3]:
//
// This text is for people, and may change: then the answer is no.

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

func lockedByTrace() bool {
	var buf [128]byte
	return bytes.Contains(head(buf[:]), lockedWords)
}

// started is the time when the program started, on the system's clock.
var started = time.Now().Unix()

// InBubble reports whether the calling goroutine is in a bubble of testing/synctest, where the
// clock is not the system's, and which goroutines and channels may not enter or leave. The
// clock of a bubble starts in the year 2000. So outside of a bubble, and in one that has
// slept for decades, the answer is no, and costs one read of the clock, some 50 ns.
func InBubble() bool {
	if time.Now().Unix() >= started {
		return false
	}
	var buf [128]byte
	return bytes.Contains(head(buf[:]), bubbleWords)
}
